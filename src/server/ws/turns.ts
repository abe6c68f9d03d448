import { TokenBucket } from "../../ingest/mod.ts";

/** How many seconds' turns may be taken at once after a pause. */
const BURST_S = 2;

/** Lets so many things a second be done, in the order in which they were asked for. Nothing is lost; it only waits. */
export class Turns {
  private readonly budget: TokenBucket;
  private readonly waiting: (() => void)[] = [];
  private timer: NodeJS.Timeout | null = null;

  constructor(perSecond: number) {
    this.budget = new TokenBucket({ perSecond, most: BURST_S * perSecond });
  }

  /** Does something when it is its turn: at once, if that is now. */
  take(work: () => void): void {
    this.waiting.push(work);
    if (this.timer === null) this.work();
  }

  /** Takes more turns for something that took longer. Others wait for that. */
  spend(turns: number): void {
    this.budget.spend(turns, performance.now());
  }

  private work(): void {
    this.timer = null;
    while (this.waiting.length > 0) {
      const waitMs = this.budget.waitMs(performance.now());
      if (waitMs > 0) {
        this.timer = setTimeout(() => this.work(), waitMs);
        return;
      }
      this.budget.spend(1, performance.now());
      this.waiting.shift()!();
    }
  }
}
