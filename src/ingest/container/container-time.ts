/** How far a container's time may jump beyond what has passed on arrival (ms). Beyond that it is not believed. */
const MOST_JUMP_MS = 60_000;

/**
 * Media times of one stream that is fed by containers, one after the other. Within a container, time goes as its own
 * timestamps say, because the client's camera is nearer to them than the network. A container begins when its first
 * picture arrives. Where timestamps go back, jump by more than a minute or are missing, time goes on by arrival.
 * Media time never goes back.
 */
export class ContainerTime {
  private startedAtMs: number | null = null;
  private anchor: { readonly timeMs: number; readonly mediaMs: number } | null = null;
  private newest: { timeMs: number; arrivedAtMs: number } | null = null;
  private last = 0;

  /** Media time of the last picture (ms); 0 before the first. */
  get lastMs(): number {
    return this.last;
  }

  /** Another container begins: its timestamps count from another origin. */
  begin(): void {
    this.anchor = null;
    this.newest = null;
  }

  /**
   * @param timeMs the container's time of the picture; null where it has none
   * @param arrivedAtMs when it arrived, on the monotonic clock
   */
  mediaTimeMs(timeMs: number | null, arrivedAtMs: number): number {
    this.startedAtMs ??= arrivedAtMs;
    const byArrivalMs = Math.max(this.last, arrivedAtMs - this.startedAtMs);
    if (timeMs === null) {
      this.last = byArrivalMs;
      return this.last;
    }
    if (this.anchor === null || !this.isLikely(timeMs, arrivedAtMs))
      this.anchor = { timeMs, mediaMs: this.next(arrivedAtMs) };
    this.newest = { timeMs, arrivedAtMs };
    this.last = Math.max(this.last, this.anchor.mediaMs + timeMs - this.anchor.timeMs);
    return this.last;
  }

  /** Where time goes on when the container's timestamps begin, or begin anew. */
  private next(arrivedAtMs: number): number {
    if (this.newest === null) return Math.max(this.last, arrivedAtMs - this.startedAtMs!);
    return this.last + Math.max(0, arrivedAtMs - this.newest.arrivedAtMs);
  }

  private isLikely(timeMs: number, arrivedAtMs: number): boolean {
    if (this.newest === null) return true;
    const passedMs = timeMs - this.newest.timeMs;
    return passedMs >= 0 && passedMs <= MOST_JUMP_MS + arrivedAtMs - this.newest.arrivedAtMs;
  }
}
