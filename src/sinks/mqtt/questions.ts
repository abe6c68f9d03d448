import { takeWhile } from "rxjs";
import { z } from "zod";
import { TokenBucket } from "../../ingest/mod.ts";
import type { ServerEvent } from "../../protocol/mod.ts";
import { type ListenedStream, toProblem } from "../../streams/mod.ts";

/** Most bytes of a question with all that is around it. */
const MAX_BYTES = 16 * 1024;

/** Most characters of a question's id. */
const MAX_ID_CHARS = 64;

/** Questions a second of all who write to the broker; after a pause, 16 at once. */
const BUDGET = { perSecond: 2, most: 16 };

/** Most answers that are known to have been asked for here. */
const MAX_OWN = 256;

const asked = z.object({ question: z.string(), id: z.string().max(MAX_ID_CHARS).optional() });

/** What a question that came by the broker has become. */
export interface MqttAnswer {
  readonly question: string;
  /** null: there is none, and `error` says why. */
  readonly text: string | null;
  /** The asker's own id of the question. */
  readonly id: string | null;
  readonly media_time_ms: number | null;
  readonly unfamiliar: boolean;
  /** Whether the answer is a count, and somebody may have been missed. */
  readonly at_least: boolean;
  readonly at_least_because: readonly string[];
  readonly note: string | null;
  readonly response_id: string | null;
  readonly error: { readonly code: string; readonly message: string } | null;
}

type Answered = Partial<
  Pick<
    MqttAnswer,
    | "text"
    | "media_time_ms"
    | "unfamiliar"
    | "at_least"
    | "at_least_because"
    | "note"
    | "response_id"
    | "error"
  >
>;

/** Asks streams what came by the broker: a question as plain text, or as JSON `{"question": "…", "id": "…"}`. */
export class Questions {
  private readonly budget = new TokenBucket(BUDGET);
  /** The newest answers that were asked for here, by stream and id. */
  private readonly own = new Set<string>();

  /**
   * @param payload what came
   * @param answered called once, also when there is no answer
   */
  ask(stream: ListenedStream | undefined, payload: Uint8Array, answered: (answer: MqttAnswer) => void): void {
    if (payload.length > MAX_BYTES) return;
    const { question, id = null } = readQuestion(payload);
    const answer = (what: Answered) => answered({ ...NO_ANSWER, question, id, ...what });
    const refuse = (code: string, message: string) => answer({ error: { code, message } });
    const nowMs = performance.now();
    if (this.budget.waitMs(nowMs) > 0) {
      refuse("too_many_questions", "Questions came faster than they are taken. Ask more slowly.");
      return;
    }
    this.budget.spend(1, nowMs);
    try {
      if (stream === undefined) refuse("stream_not_found", "There is no open camera of this name.");
      else this.askStream(stream, question, answer);
    } catch (error) {
      const { code, message } = toProblem(error);
      refuse(code, message);
    }
  }

  /** Whether an answer was asked for here, and is told by `answered`. */
  isOwn(stream: string, responseId: string): boolean {
    return this.own.has(ownKey(stream, responseId));
  }

  private askStream(stream: ListenedStream, question: string, answer: (what: Answered) => void): void {
    const { newest } = stream.log;
    const response_id = stream.ask(question);
    this.remember(ownKey(stream.id, response_id));
    let end: Answered = { error: CLOSED };
    stream.log
      .from(newest)
      .pipe(takeWhile((entry) => !("event" in entry) || !isDone(entry.event, response_id), true))
      .subscribe({
        next: (entry) => {
          if ("event" in entry) end = { ...end, ...saidBy(entry.event, response_id) };
        },
        complete: () => answer({ ...end, response_id }),
      });
  }

  private remember(key: string): void {
    this.own.add(key);
    const [oldest] = this.own;
    if (this.own.size > MAX_OWN) this.own.delete(oldest!);
  }
}

const NO_ANSWER = {
  ...{ text: null, media_time_ms: null, unfamiliar: false, at_least: false, at_least_because: [] },
  ...{ note: null, response_id: null, error: null },
};

const CLOSED = { code: "stream_closed", message: "The camera's stream ended before it answered." };

function ownKey(stream: string, responseId: string): string {
  return `${stream} ${responseId}`;
}

function readQuestion(payload: Uint8Array): z.infer<typeof asked> {
  const text = new TextDecoder().decode(payload);
  try {
    const { data } = asked.safeParse(JSON.parse(text));
    return data ?? { question: text };
  } catch {
    return { question: text };
  }
}

/** What an event says of an answer. */
function saidBy(event: ServerEvent, response: string): Answered {
  if (event.type === "response.output_text.done" && event.response_id === response) {
    const { text, media_time_ms, unfamiliar, at_least, at_least_because, note } = event;
    return { text, media_time_ms, unfamiliar, at_least, at_least_because, note };
  }
  if (event.type !== "response.done" || event.response.id !== response) return {};
  const { status_details } = event.response;
  return status_details === null ? { error: null } : { text: null, error: status_details };
}

function isDone(event: ServerEvent, response: string): boolean {
  return event.type === "response.done" && event.response.id === response;
}
