/**
 * When things happened, by the clock of this page. The server's clock may be another one, so a time of its is believed only
 * as far as it fits what was seen: what was not there at the last look has happened since.
 */
export class Arrivals {
  private readonly known = new Map<string, { readonly time: string; readonly atMs: number }>();
  private lookedAtMs = Number.NEGATIVE_INFINITY;
  private nowMs = Number.NEGATIVE_INFINITY;

  /** Begins another look. */
  look(nowMs: number): void {
    this.lookedAtMs = this.nowMs;
    this.nowMs = nowMs;
  }

  /**
   * @param what it is of, such as `thought of door`
   * @param time of the server (ISO 8601)
   * @returns ms since 1970, by this page's clock
   */
  of(what: string, time: string): number {
    const known = this.known.get(what);
    if (known?.time === time) return known.atMs;
    const earliestMs = known === undefined ? Number.NEGATIVE_INFINITY : this.lookedAtMs;
    const atMs = Math.max(earliestMs, Math.min(this.nowMs, Date.parse(time)));
    this.known.set(what, { time, atMs });
    return atMs;
  }
}
