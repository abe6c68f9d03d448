/** The topics of one camera or session. */
export interface StreamTopics {
  readonly state: string;
  readonly thought: string;
  readonly counts: string;
  /** Each alert, as JSON. */
  readonly alert: string;
  /** Whether an alert was raised a short while ago: ON or OFF. */
  readonly alertSwitch: (alert: string) => string;
  readonly snapshot: string;
  readonly answer: string;
  /** Whoever sends a question here gets the answer on `answer`. */
  readonly ask: string;
}

/**
 * The topics of a server, all below one base.
 *
 * @example
 * new Topics("thinkalong").of("door").state // "thinkalong/door/state"
 */
export class Topics {
  /** `online` or `offline`. */
  readonly status: string;
  /** The cameras that are told of, with their alerts. */
  readonly cameras: string;
  /** What to subscribe to for the questions to all streams. */
  readonly questions: string;

  constructor(readonly base: string) {
    this.status = `${base}/status`;
    this.cameras = `${base}/cameras`;
    this.questions = `${base}/+/ask`;
  }

  of(stream: string): StreamTopics {
    const own = `${this.base}/${topicLevel(stream)}`;
    return {
      state: `${own}/state`,
      thought: `${own}/thought`,
      counts: `${own}/counts`,
      alert: `${own}/alert`,
      alertSwitch: (alert) => `${own}/alert/${topicLevel(alert)}`,
      snapshot: `${own}/snapshot`,
      answer: `${own}/answer`,
      ask: `${own}/ask`,
    };
  }

  /** The stream to which a question was sent; null: the topic is not one for questions. */
  askedStream(topic: string): string | null {
    if (!topic.startsWith(`${this.base}/`) || !topic.endsWith("/ask")) return null;
    const level = topic.slice(this.base.length + 1, -"/ask".length);
    if (level === "" || level.includes("/")) return null;
    try {
      return decodeURIComponent(level);
    } catch {
      return null;
    }
  }
}

/** A name as one level of a topic: `+`, `#`, `/`, spaces and control characters are percent-encoded. */
export function topicLevel(name: string): string {
  return encodeURIComponent(name.replace(/\p{Surrogate}/gu, "\ufffd"));
}

/**
 * A name as Home Assistant takes it in topics of discovery: letters, digits, `-` and `_`. No two names become the same:
 * an underscore is doubled, and any other byte is `_` and two hexadecimal digits.
 *
 * @example
 * objectId("yard.2") // "yard_2e2"
 */
export function objectId(name: string): string {
  return name.replace(/[^a-zA-Z0-9-]/gu, (letter) => {
    if (letter === "_") return "__";
    return [...Buffer.from(letter)].map((byte) => `_${byte.toString(16).padStart(2, "0")}`).join("");
  });
}
