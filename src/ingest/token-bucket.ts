export interface TokenBucketOptions {
  /** What comes in each second. */
  readonly perSecond: number;
  /** Most that it holds, so that a pause can be made up for. */
  readonly most: number;
  /** What it holds at first; default: `most`. */
  readonly start?: number;
}

/**
 * A budget that grows with time. Spending is allowed while something is left, and may leave a debt. So what costs more
 * than the bucket holds is possible too; it only takes longer until the next. Over T seconds, at most
 * `start + T * perSecond` and the last cost are spent. All times are monotonic (ms).
 *
 * @example
 * const budget = new TokenBucket({ perSecond: 10, most: 30 });
 * if (budget.waitMs(performance.now()) === 0) budget.spend(1, performance.now());
 */
export class TokenBucket {
  private readonly perMs: number;
  private readonly most: number;
  private left: number;
  private atMs: number | null = null;

  constructor({ perSecond, most, start = most }: TokenBucketOptions) {
    this.perMs = perSecond / 1000;
    this.most = most;
    this.left = start;
  }

  /** Takes a cost out. */
  spend(cost: number, nowMs: number): void {
    this.fill(nowMs);
    this.left -= cost;
  }

  /**
   * How long until something is left (ms); 0: something is.
   *
   * @param reserve share of the most that it holds that must be left
   */
  waitMs(nowMs: number, reserve = 0): number {
    this.fill(nowMs);
    return Math.max(0, (reserve * this.most - this.left) / this.perMs);
  }

  /** What is left, as a share of the most that it holds; negative while there is a debt. */
  share(nowMs: number): number {
    this.fill(nowMs);
    return this.left / this.most;
  }

  private fill(nowMs: number): void {
    this.atMs ??= nowMs;
    this.left = Math.min(this.most, this.left + Math.max(0, nowMs - this.atMs) * this.perMs);
    this.atMs = Math.max(this.atMs, nowMs);
  }
}
