import type { ModelInfo } from "../../src/engine/mod.ts";
import type { Frame } from "../../src/ingest/mod.ts";

/** A picture with a bright block that wanders with `seq` over a grainy ground; another `scene`, another picture. */
export function picturePixels(width: number, height: number, seq: number, scene = 0): Uint8Array {
  const data = new Uint8Array(width * height * 3);
  let state = scene * 7919 + seq + 1;
  for (let i = 0; i < data.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    data[i] = 40 + 30 * (scene % 4) + (state >>> 28);
  }
  const side = Math.floor(width / 4);
  const left = (seq * 5 + scene * 11) % (width - side);
  const top = (seq * 3 + scene * 17) % (height - side);
  for (let y = top; y < top + side; y++)
    data.fill(200 + (scene % 3) * 20, (y * width + left) * 3, (y * width + left + side) * 3);
  return data;
}

/** Frame `seq` of a made-up camera at the model's own rate, arrived now. */
export function frame({ width, height, fps }: ModelInfo, seq: number, scene = 0): Frame {
  const arrivedAtMs = performance.now();
  const mediaTimeMs = (seq * 1000) / fps;
  return { seq, mediaTimeMs, arrivedAtMs, width, height, data: picturePixels(width, height, seq, scene) };
}
