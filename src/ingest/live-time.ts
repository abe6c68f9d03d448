/**
 * How far the two times of a frame may drift apart (ms): when ffmpeg read it, and when it came out of the pipe. Beyond
 * that the machine's clock was set. ffmpeg looks at a second of a live source before it gives out the first frame.
 */
const MOST_DRIFT_MS = 5000;

/**
 * Media time of a live source: the time since its first frame was read from the network, whatever timestamps the source
 * gives. Cameras send none, wrong ones, and ones that jump. Media time never goes back.
 */
export class LiveTime {
  /** What is to be added to ffmpeg's clock and to ours to get media time (ms). */
  private offsets: { readonly read: number; readonly received: number } | null = null;
  private lastMs = 0;

  /** @param startedAtMs what counts as 0, on the monotonic clock (ms); default: when the first frame was read */
  constructor(private readonly startedAtMs?: number) {}

  /**
   * @param readAtMs when ffmpeg read the frame, on the machine's clock; null where it did not say
   * @param receivedAtMs when the frame came out of the pipe, on the monotonic clock
   */
  mediaTimeMs(readAtMs: number | null, receivedAtMs: number): number {
    this.offsets ??= this.begin(readAtMs, receivedAtMs);
    const received = receivedAtMs + this.offsets.received;
    let read = readAtMs === null ? received : readAtMs + this.offsets.read;
    if (Math.abs(read - received) > MOST_DRIFT_MS) {
      // The machine's clock was set: from here on it is counted anew.
      read = received;
      this.offsets = { read: received - (readAtMs ?? 0), received: this.offsets.received };
    }
    this.lastMs = Math.max(this.lastMs, read);
    return this.lastMs;
  }

  private begin(readAtMs: number | null, receivedAtMs: number) {
    if (this.startedAtMs === undefined) return { read: -(readAtMs ?? 0), received: -receivedAtMs };
    const waitedMs = readAtMs === null ? 0 : Date.now() - readAtMs;
    const isLikely = waitedMs >= 0 && waitedMs <= MOST_DRIFT_MS;
    const firstMs = receivedAtMs - this.startedAtMs - (isLikely ? waitedMs : 0);
    return { read: firstMs - (readAtMs ?? 0), received: -this.startedAtMs };
  }
}
