/** Times of pictures that have not come out of the decoder. Those of ten seconds at 60 a second, with their sound. */
const MOST_KEPT = 2048;
/** Pictures are stored in the order in which they are decoded: one may come so many places after a later one. */
const MOST_REORDERED = 64;

/** Remembers when what a container has at a time had arrived. */
export class Arrivals {
  /** In the order of their times, which is nearly that in which they come. */
  private kept: { readonly timeMs: number; readonly arrivedAtMs: number }[] = [];

  note(timeMs: number, arrivedAtMs: number): void {
    const { kept } = this;
    let at = kept.length;
    while (at > 0 && kept[at - 1]!.timeMs > timeMs) at--;
    if (kept.length - at > MOST_REORDERED) return;
    kept.splice(at, 0, { timeMs, arrivedAtMs });
    if (kept.length > MOST_KEPT) kept.shift();
  }

  /**
   * When the picture of this time had arrived: what begins last of all that does not begin later. Null when nothing is
   * known. What is earlier is forgotten.
   */
  of(timeMs: number): number | null {
    const { kept } = this;
    // Times that were rounded to whole milliseconds may be a little earlier.
    const later = kept.findIndex((noted) => noted.timeMs > timeMs + 1);
    const at = (later < 0 ? kept.length : later) - 1;
    if (at < 0) return null;
    const { arrivedAtMs } = kept[at]!;
    this.kept = kept.slice(at);
    return arrivedAtMs;
  }

  clear(): void {
    this.kept = [];
  }
}
