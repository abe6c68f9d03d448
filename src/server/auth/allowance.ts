import { TokenBucket } from "../../ingest/mod.ts";

/** What all connections of a token together may cost. What is left out has no limit but those of the server. */
export interface AllowanceLimits {
  /** Most sessions at once. */
  readonly sessions?: number | undefined;
  readonly framesPerSecond?: number | undefined;
  readonly bytesPerSecond?: number | undefined;
  readonly questionsPerMinute?: number | undefined;
}

/** How many seconds of frames and of bytes may come at once after a pause. */
const BURST_S = 2;

/** How many seconds of questions may come at once after a pause; one at the least. */
const QUESTION_BURST_S = 15;

/**
 * What a token has left of its limits, over all of its connections. Frames and questions over a limit are refused; bytes
 * over it are read later.
 *
 * @example
 * const allowance = new Allowance({ sessions: 2, questionsPerMinute: 10 });
 * const leave = allowance.enter();
 * if (leave === null) throw new ProtocolError("too_many_sessions", "…");
 */
export class Allowance {
  private sessions = 0;
  private frames: TokenBucket | null = null;
  private questions: TokenBucket | null = null;
  private byteBudget: TokenBucket | null = null;

  constructor(private limits: AllowanceLimits = {}) {
    this.change(limits);
  }

  /** Budget of bytes; null: no limit. It may have a debt. */
  get bytes(): TokenBucket | null {
    return this.byteBudget;
  }

  /** Sets other limits. Sessions that are open stay open. */
  change(limits: AllowanceLimits): void {
    const { framesPerSecond, bytesPerSecond, questionsPerMinute } = limits;
    this.limits = limits;
    this.frames = budget(framesPerSecond, BURST_S);
    this.byteBudget = budget(bytesPerSecond, BURST_S);
    this.questions = budget(questionsPerMinute && questionsPerMinute / 60, QUESTION_BURST_S);
  }

  /** Takes the place of a session. Returns what gives it back, or null when there is none left. */
  enter(): (() => void) | null {
    if (this.sessions >= (this.limits.sessions ?? Number.POSITIVE_INFINITY)) return null;
    this.sessions++;
    let isGone = false;
    return () => {
      if (!isGone) this.sessions--;
      isGone = true;
    };
  }

  /** Whether another frame is in the limit; if so, it counts. */
  takeFrame(nowMs: number): boolean {
    return take(this.frames, nowMs);
  }

  /** Whether another question is in the limit; if so, it counts. */
  takeQuestion(nowMs: number): boolean {
    return take(this.questions, nowMs);
  }
}

function budget(perSecond: number | undefined, burstS: number): TokenBucket | null {
  return perSecond === undefined
    ? null
    : new TokenBucket({ perSecond, most: Math.max(1, burstS * perSecond) });
}

function take(bucket: TokenBucket | null, nowMs: number): boolean {
  if (bucket === null) return true;
  if (bucket.waitMs(nowMs) > 0) return false;
  bucket.spend(1, nowMs);
  return true;
}
