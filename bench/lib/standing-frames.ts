import type { ModelInfo } from "../../src/engine/mod.ts";
import { type Frame, RgbFrame } from "../../src/ingest/mod.ts";
import { randomNumbers } from "./statistics.ts";

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
  const random = randomNumbers(seed);
  return Array.from({ length: count }, (_, seq) => {
    const data = Uint8Array.from(pixels);
    draw({ data, width, height }, seq);
    for (let i = 0; i < data.length; i++) {
      const value = data[i]! + Math.round((2 * random() - 1) * noise);
      data[i] = Math.min(255, Math.max(0, value));
    }
    const stamp = { seq, mediaTimeMs: (1000 * seq) / fps, arrivedAtMs: picture.arrivedAtMs };
    return new RgbFrame(stamp, { width, height, data });
  });
}
