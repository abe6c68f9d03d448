import type { ModelInfo } from "../../src/engine/mod.ts";
import { type Frame, RgbFrame } from "../../src/ingest/mod.ts";

/** RGB bytes of a picture and its sizes (px). */
export interface Drawing {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

export interface StandingOptions {
  readonly count: number;
  /** Of the noise. */
  readonly seed: number;
  /** Greatest change of a value by noise (levels of 0..255). */
  readonly noise: number;
  /** Draws into a frame, below the noise. */
  readonly draw?: (drawing: Drawing, seq: number) => void;
}

/** A picture that stands for some frames at a model's size and rate, each with noise of its own. */
export async function standingFrames(
  picture: Frame,
  { width, height, fps }: Pick<ModelInfo, "width" | "height" | "fps">,
  { count, seed, noise, draw = () => {} }: StandingOptions,
): Promise<Frame[]> {
  const pixels = await picture.rgb(width, height);
  let state = seed + 1;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.round((state / 2 ** 31 - 1) * noise);
  };
  return Array.from({ length: count }, (_, seq) => {
    const data = Uint8Array.from(pixels);
    draw({ data, width, height }, seq);
    for (let i = 0; i < data.length; i++) data[i] = Math.min(255, Math.max(0, data[i]! + random()));
    const stamp = { seq, mediaTimeMs: (1000 * seq) / fps, arrivedAtMs: picture.arrivedAtMs };
    return new RgbFrame(stamp, { width, height, data });
  });
}
