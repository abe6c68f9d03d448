/** What has left a cache "just now": within so much time (ms). */
export const JUST_MS = 2000;

/** Finds out from a running count what was evicted a moment ago. */
export class Evictions {
  private counts: { readonly atMs: number; readonly evicted: number }[] = [];

  /** Takes the count of now. Gives how many have left within the last moment. */
  hear(atMs: number, evicted: number): number {
    const last = this.counts.at(-1);
    // A stream that has begun anew counts from zero.
    if (last !== undefined && (last.atMs > atMs || last.evicted > evicted)) this.counts = [];
    this.counts.push({ atMs, evicted });
    // One that is older stays: it says what there was at the beginning of the moment.
    const old = this.counts.findLastIndex((each) => each.atMs <= atMs - JUST_MS);
    if (old > 0) this.counts.splice(0, old);
    return evicted - this.counts[0]!.evicted;
  }
}
