import { checkFps } from "./check-options.ts";

/**
 * Samples the frames of a stream down to a wanted rate, by media time alone. It is a token bucket (GCRA): a frame is
 * taken if it is at most one frame period ahead of the schedule, and each taken frame moves the schedule by one period.
 *
 * - Over any span of T seconds at most `T * fps + 2` frames are taken, and rounding never adds up to drift.
 * - A camera on the wanted rate loses no frame while each is within ±50 % of a period of its place. The slack of one
 *   period is what an early frame after a late one needs.
 * - A camera whose every interval is off by up to 40 % loses 3–4 % of its frames: the price of holding the rate.
 *
 * @example
 * const sampler = new SampleByMediaTime(10);
 * [0, 33, 67, 100, 133, 167, 200].filter((t) => sampler.take(t)); // [0, 33, 100, 200]
 */
export class SampleByMediaTime {
  private readonly periodMs: number;
  private dueMs = Number.NEGATIVE_INFINITY;

  /** @throws {IngestError} `option_out_of_range` */
  constructor(fps: number) {
    checkFps(fps);
    this.periodMs = 1000 / fps;
  }

  /** Whether the frame of this media time (ms) belongs to the sample. Media times must not go backwards. */
  take(mediaTimeMs: number): boolean {
    if (mediaTimeMs < this.dueMs - this.periodMs - ROUNDING_MS) return false;
    this.dueMs = Math.max(this.dueMs, mediaTimeMs) + this.periodMs;
    return true;
  }
}

/** Tolerance for the times of cameras, which count in µs or whole ms: 33 ms, 67 ms and 100 ms count as thirds of 100 ms. */
const ROUNDING_MS = 1;
