import { checkFps } from "./check-options.ts";

/**
 * Decides which frames of a stream make up a wanted rate, by media time alone: a token bucket (GCRA). A frame is
 * taken if it is no more than one frame period ahead of the schedule, and each taken frame moves the schedule by one
 * period. So over any span of T seconds at most `T * fps + 2` frames are taken, rounding never adds up to drift, and
 * a camera on the wanted rate loses nothing while each of its frames is within ±50 % of a period of its place: the
 * slack of one period is what an early frame after a late one needs. (A camera without a beat, whose every interval is
 * off by up to 40 %, wanders further: of that 3–4 % are left out, the price of holding the rate.)
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

/** Camera clocks tick in µs or whole ms: 33 ms, 67 ms and 100 ms are thirds of 100 ms. */
const ROUNDING_MS = 1;
