import type { Frame } from "../ingest/frame.ts";
import type { UnitFrames } from "../vision/messages.ts";

/** A unit ready for vision, with what latency is counted from. */
export interface AssembledUnit {
  readonly frames: UnitFrames;
  /** Media time of the last frame before it (ms); of its own first one when there is none. */
  readonly sinceMediaTimeMs: number;
  /** When its last frame arrived (ms, monotonic). */
  readonly arrivedAtMs: number;
}

/** Frames that wait for vision: a few at most, the oldest dropped first, taken out a unit at a time. */
export class FrameQueue {
  private readonly frames: Frame[] = [];
  private lastMediaTimeMs: number | null = null;
  private units = 0;

  /**
   * @param framesPerUnit frames that make a unit
   * @param limit most frames that wait
   * @param onDropped is told of every frame that had to go
   */
  constructor(
    private readonly framesPerUnit: number,
    private readonly limit: number,
    private readonly onDropped: (frame: Frame) => void,
  ) {}

  get hasRoom(): boolean {
    return this.frames.length < this.limit;
  }

  /** Units taken out so far. */
  get taken(): number {
    return this.units;
  }

  get hasUnit(): boolean {
    return this.frames.length >= this.framesPerUnit;
  }

  push(frame: Frame): void {
    if (!this.hasRoom) this.onDropped(this.frames.shift()!);
    this.frames.push(frame);
  }

  /** Fills up a last unit by repeating its frame, so that the end of a stream is not lost. */
  complete(): void {
    const last = this.frames.at(-1);
    while (last !== undefined && this.frames.length % this.framesPerUnit !== 0) this.frames.push(last);
  }

  /** Takes the oldest unit; null while there is none. */
  take(): AssembledUnit | null {
    if (!this.hasUnit) return null;
    const frames = this.frames.splice(0, this.framesPerUnit);
    const size = frames[0]!.data.length;
    const sinceMediaTimeMs = this.lastMediaTimeMs ?? frames[0]!.mediaTimeMs;
    const pixels = new Uint8Array(size * frames.length);
    const seconds = frames.map((frame, i) => {
      pixels.set(frame.data, i * size);
      const since = this.lastMediaTimeMs === null ? 0 : frame.mediaTimeMs - this.lastMediaTimeMs;
      this.lastMediaTimeMs = frame.mediaTimeMs;
      return since / 1000;
    });
    const last = frames.at(-1)!;
    return {
      frames: { unit: this.units++, mediaTimeMs: last.mediaTimeMs, seconds, frames: pixels },
      sinceMediaTimeMs,
      arrivedAtMs: last.arrivedAtMs,
    };
  }
}
