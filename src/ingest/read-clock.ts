/** Settings of the clock that differ by no more than this (ms) are one that was slewed, or rounding. */
const SLEW_MS = 50;
/** How long after the machine's clock was set a time may still be one of before (ms). */
const REMEMBERED_MS = 10_000;
/** No frame waits longer than this between ffmpeg and here (ms), not even while this process stands still. */
const MOST_WAIT_MS = 60_000;
/** Both clocks are read one after the other, and the machine's in whole milliseconds (ms). */
const TOLERANCE_MS = 20;

/** The two clocks of a machine (ms). */
export interface Clocks {
  /** The time of day, which people and time servers set. */
  readonly machine: () => number;
  /** Never set. */
  readonly monotonic: () => number;
}

interface Setting {
  /** What is to be added to the machine's clock to get the monotonic one (ms). */
  offsetMs: number;
  /** When another setting took its place, on the monotonic clock (ms). */
  untilMs: number;
}

/**
 * Turns times of the machine's clock into times of the monotonic clock. ffmpeg knows the first one only, and that may be
 * set while a camera plays. A time that has just come may be one of before or after that, so the setting is taken by which
 * it is the least long ago, because nothing comes from the future.
 *
 * @example new ReadClock().monotonicMs(Date.now()) // about performance.now()
 */
export class ReadClock {
  private now: Setting;
  private former: Setting[] = [];

  constructor(
    private readonly clocks: Clocks = { machine: () => Date.now(), monotonic: () => performance.now() },
  ) {
    this.now = { offsetMs: clocks.monotonic() - clocks.machine(), untilMs: Number.POSITIVE_INFINITY };
  }

  /**
   * When something happened, on the monotonic clock (ms).
   *
   * @param machineMs the same on the machine's clock, of which has just been told; one that makes no sense counts as now
   */
  monotonicMs(machineMs: number): number {
    const nowMs = this.clocks.monotonic();
    this.look(nowMs);
    const waits = [this.now, ...this.former].map(({ offsetMs }) => nowMs - (machineMs + offsetMs));
    const likely = waits.filter((waitMs) => waitMs >= -TOLERANCE_MS && waitMs <= MOST_WAIT_MS);
    return nowMs - (likely.length === 0 ? 0 : Math.max(0, Math.min(...likely)));
  }

  private look(nowMs: number): void {
    const offsetMs = nowMs - this.clocks.machine();
    this.former = this.former.filter(({ untilMs }) => nowMs - untilMs <= REMEMBERED_MS);
    if (Math.abs(offsetMs - this.now.offsetMs) > SLEW_MS) {
      this.former.push({ ...this.now, untilMs: nowMs });
      this.now = { offsetMs, untilMs: Number.POSITIVE_INFINITY };
    } else {
      this.now.offsetMs = offsetMs;
    }
  }
}
