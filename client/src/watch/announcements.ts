/** How far apart screen readers are told something (ms). */
const LEAST_APART_MS = 5000;
/** More at once is no longer heard to its end. */
const MOST_AT_ONCE = 3;

/**
 * Joins what comes quickly one after the other into one announcement, so that a screen reader gets at most one every five
 * seconds.
 */
export class Announcements {
  private waiting: string[] = [];
  private lastMs = Number.NEGATIVE_INFINITY;

  /** @returns in how many ms `take` has something */
  add(text: string, nowMs: number): number {
    this.waiting.push(text);
    return Math.max(0, this.lastMs + LEAST_APART_MS - nowMs);
  }

  /** What is to be announced now; null: nothing, or not yet. */
  take(nowMs: number): string | null {
    if (this.waiting.length === 0 || nowMs < this.lastMs + LEAST_APART_MS) return null;
    this.lastMs = nowMs;
    const newest = this.waiting.slice(-MOST_AT_ONCE);
    const left = this.waiting.length - newest.length;
    this.waiting = [];
    return [...(left > 0 ? [`${left} more`] : []), ...newest].join("; ");
  }
}
