/**
 * Media time of a live source: the time since its first frame was read from the network, whatever timestamps the source
 * gives. Cameras send none, wrong ones, and ones that jump. Media time never goes back.
 */
export class LiveTime {
  private lastMs = 0;

  /** @param startedAtMs what counts as 0, on the monotonic clock (ms); default: when the first frame was read */
  constructor(private startedAtMs?: number) {}

  /**
   * @param readAtMs when ffmpeg read the frame, on the monotonic clock; null where it did not say
   * @param receivedAtMs when the frame came out of the pipe, on the same clock
   */
  mediaTimeMs(readAtMs: number | null, receivedAtMs: number): number {
    const atMs = readAtMs ?? receivedAtMs;
    this.startedAtMs ??= atMs;
    this.lastMs = Math.max(this.lastMs, atMs - this.startedAtMs);
    return this.lastMs;
  }
}
