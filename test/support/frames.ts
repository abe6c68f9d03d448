import type { ModelInfo } from "../../src/engine/mod.ts";
import { type Frame, RgbFrame } from "../../src/ingest/mod.ts";

/**
 * A mosaic of coloured tiles, different for every picture and scene. The tiny bundle does not notice smaller changes.
 */
export function picturePixels(width: number, height: number, seq: number, scene = 0): Uint8Array {
  const data = new Uint8Array(width * height * 3);
  const tiles = 12;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const tile = Math.floor((y * tiles) / height) * tiles + Math.floor((x * tiles) / width);
      for (let channel = 0; channel < 3; channel++) {
        const mixed = Math.imul((scene * 1009 + seq) * 449 + tile * 3 + channel + 1, 0x9e3779b1);
        data[(y * width + x) * 3 + channel] = mixed >>> 24;
      }
    }
  return data;
}

/** Frame `seq` of an invented camera at the rate of the model. It has arrived now. */
export function frame({ width, height, fps }: ModelInfo, seq: number, scene = 0): Frame {
  const arrivedAtMs = performance.now();
  const mediaTimeMs = (seq * 1000) / fps;
  const data = picturePixels(width, height, seq, scene);
  return new RgbFrame({ seq, mediaTimeMs, arrivedAtMs }, { width, height, data });
}
