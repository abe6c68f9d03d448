import { mediaTimeText } from "./media-time.ts";

/** A thought that was spoken. */
export interface SpokenThought {
  /** When what it is about was captured (ms of the video). */
  readonly mediaTimeMs: number;
  readonly text: string;
  /** What it costs in a prompt (tokens). */
  readonly tokens: number;
}

/** For so many thoughts earlier ones are not shown, the first time and at most. */
const HIDDEN = { first: 8, most: 64 };

/** The newest of the earlier thoughts, for the prompt. Bounded in tokens; the oldest leave first, as wholes. */
export class ThoughtMemory {
  private readonly kept: SpokenThought[] = [];
  private held = 0;
  private dropped = 0;
  private copies = 0;
  private hidden = 0;

  /**
   * @param mostTokens most tokens that the kept thoughts have together; 0 keeps none
   * @throws {RangeError} when that is not a number of at least 0
   */
  constructor(private readonly mostTokens: number) {
    if (mostTokens >= 0) return;
    throw new RangeError(`A memory cannot hold ${mostTokens} tokens. Give a number of at least 0.`);
  }

  /** The thoughts that are kept, the oldest first. */
  get thoughts(): readonly SpokenThought[] {
    return this.kept;
  }

  /** Tokens of the thoughts that are kept. */
  get tokens(): number {
    return this.held;
  }

  /** Tokens of the thoughts that have left since the beginning. */
  get evictedTokens(): number {
    return this.dropped;
  }

  /** The thoughts as a prompt tells them: a line each, with its time, the oldest first. Empty when there are none. */
  get text(): string {
    return this.kept
      .map(({ mediaTimeMs, text }) => `${mediaTimeText(mediaTimeMs)} ${text.replace(/\s+/g, " ").trim()}`)
      .join("\n");
  }

  /**
   * What the prompt of the next thought shows. A small model copies what it reads. So after a thought that only repeated
   * what it had been shown, the next eight are made without; after another one sixteen, and so on.
   */
  get textForThought(): string {
    return this.hidden > 0 ? "" : this.text;
  }

  /** What came of a thought that was made with {@link textForThought}. */
  heard(repeated: boolean): void {
    if (this.hidden > 0) {
      this.hidden--;
    } else if (!repeated) {
      this.copies = 0;
    } else if (this.kept.length > 0) {
      this.hidden = Math.min(HIDDEN.most, HIDDEN.first * 2 ** this.copies);
      this.copies++;
    }
  }

  add(thought: SpokenThought): void {
    this.kept.push(thought);
    this.held += thought.tokens;
    while (this.held > this.mostTokens && this.kept.length > 0) {
      const { tokens } = this.kept.shift()!;
      this.held -= tokens;
      this.dropped += tokens;
    }
  }
}
