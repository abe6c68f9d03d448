import type { RawFrame } from "./ffmpeg-process.ts";

/** Times of a recording's frames by what the file says of each. They never go back. */
export class SparseTime {
  /** Time of the first frame in the file (ms). */
  firstMs = 0;
  private lastMs: number | null = null;

  /** @param periodMs how long after the frame before it one counts of which the file says nothing (ms) */
  constructor(private readonly periodMs: number) {}

  /** Time of a frame since the first one (ms). */
  sinceFirstMs({ origin }: RawFrame): number {
    const timeMs = origin?.timeMs ?? null;
    if (this.lastMs === null) {
      this.firstMs = Math.max(0, timeMs ?? 0);
      this.lastMs = 0;
    } else {
      const sinceMs = timeMs === null ? this.lastMs + this.periodMs : timeMs - this.firstMs;
      this.lastMs = Math.max(this.lastMs, sinceMs);
    }
    return this.lastMs;
  }
}
