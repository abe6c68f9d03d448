import type { Frame } from "../ingest/mod.ts";
import type { Unit } from "./backend.ts";

/**
 * Frames that wait for the backend. It holds a few at most, drops the oldest first, and is emptied a unit at a time.
 */
export class FrameQueue {
  private readonly frames: Frame[] = [];
  private lastMediaTimeMs: number | null = null;
  private units = 0;

  /**
   * @param framesPerUnit number of frames in a unit
   * @param limit most frames that may wait
   * @param onDropped called with every frame that is dropped
   */
  constructor(
    private readonly framesPerUnit: number,
    private readonly limit: number,
    private readonly onDropped: (frame: Frame) => void,
  ) {}

  get hasRoom(): boolean {
    return this.frames.length < this.limit;
  }

  /** Whether a unit is complete. */
  get hasUnit(): boolean {
    return this.frames.length >= this.framesPerUnit;
  }

  /** Units taken out so far. */
  get taken(): number {
    return this.units;
  }

  push(frame: Frame): void {
    if (!this.hasRoom) this.onDropped(this.frames.shift()!);
    this.frames.push(frame);
  }

  /** Fills up the last unit by repeating its last frame, so that the end of a stream is not lost. */
  complete(): void {
    const last = this.frames.at(-1);
    while (last !== undefined && this.frames.length % this.framesPerUnit !== 0) this.frames.push(last);
  }

  /** Takes the oldest unit out; null while no unit is complete. */
  take(): Unit | null {
    if (!this.hasUnit) return null;
    const frames = this.frames.splice(0, this.framesPerUnit);
    const sinceMediaTimeMs = this.lastMediaTimeMs ?? frames[0]!.mediaTimeMs;
    const seconds = frames.map(({ mediaTimeMs }) => {
      const since = this.lastMediaTimeMs === null ? 0 : mediaTimeMs - this.lastMediaTimeMs;
      this.lastMediaTimeMs = mediaTimeMs;
      return since / 1000;
    });
    const { mediaTimeMs, arrivedAtMs } = frames.at(-1)!;
    return { unit: this.units++, frames, seconds, sinceMediaTimeMs, mediaTimeMs, arrivedAtMs };
  }
}
