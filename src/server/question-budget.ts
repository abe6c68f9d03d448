import { EngineError } from "../engine/mod.ts";
import { TokenBucket } from "../ingest/mod.ts";
import type { ListenedStream } from "../streams/mod.ts";

/** Most questions at once after a pause, and those at the start, because connecting again must gain nothing. */
const QUESTION_BURST = { most: 32, start: 8 } as const;

/** Lets so many questions a second be asked, apart from a burst. */
export class QuestionBudget {
  private readonly bucket: TokenBucket;

  constructor(perSecond: number) {
    this.bucket = new TokenBucket({ perSecond, ...QUESTION_BURST });
  }

  /**
   * Takes one question out of the budget.
   *
   * @throws {EngineError} `too_many_questions`
   */
  spend(): void {
    const nowMs = performance.now();
    if (this.bucket.waitMs(nowMs) > 0)
      throw new EngineError(
        "too_many_questions",
        "Questions came faster than they are taken. Ask more slowly.",
      );
    this.bucket.spend(1, nowMs);
  }
}

/**
 * What all who watch a stream may ask of it together, over the WebSocket and over HTTP, so that connecting again gains
 * nothing. Whoever owns the stream has a budget of its own.
 */
export class SharedQuestions {
  private readonly budgets = new WeakMap<ListenedStream, QuestionBudget>();

  constructor(private readonly perSecond: number) {}

  of(stream: ListenedStream): QuestionBudget {
    const budget = this.budgets.get(stream) ?? new QuestionBudget(this.perSecond);
    this.budgets.set(stream, budget);
    return budget;
  }
}
