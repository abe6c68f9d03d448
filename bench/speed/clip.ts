import type { ModelInfo } from "../../src/engine/mod.ts";
import { type Frame, RgbFrame } from "../../src/ingest/mod.ts";
import { framesOf } from "../lib/frames.ts";

/** A clip in memory that plays for ever: after its last frame comes the first, and time goes on. */
export interface Clip {
  readonly fps: number;
  /** Frames until it begins anew. */
  readonly length: number;
  /** Frame `seq` of the endless stream, arriving now. Its pixels are the clip's own: they must not be written to. */
  frame(seq: number): Frame;
}

/**
 * Decodes a video once, at the model's size.
 *
 * @param fps frames a second of media time
 * @throws {IngestError} when it cannot be read
 */
export async function loadClip(
  path: string,
  model: Pick<ModelInfo, "width" | "height">,
  fps: number,
  signal: AbortSignal,
): Promise<Clip> {
  const { width, height } = model;
  const pictures = await Promise.all(
    (await framesOf({ width, height, fps }, path, signal)).map((frame) => frame.rgb(width, height)),
  );
  return {
    fps,
    length: pictures.length,
    frame: (seq) =>
      new RgbFrame(
        { seq, mediaTimeMs: (seq * 1000) / fps, arrivedAtMs: performance.now() },
        { width, height, data: pictures[seq % pictures.length]! },
      ),
  };
}
