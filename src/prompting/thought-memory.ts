import { mediaTimeText } from "./media-time.ts";

/** A thought that was spoken. */
export interface SpokenThought {
  /** When what it is about was captured (ms of the video). */
  readonly mediaTimeMs: number;
  readonly text: string;
  /** What it costs in a prompt (tokens). */
  readonly tokens: number;
}

/** The newest of the earlier thoughts, for the prompt. Bounded in tokens; the oldest leave first, as wholes. */
export class ThoughtMemory {
  private readonly kept: SpokenThought[] = [];
  private held = 0;
  private dropped = 0;

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
