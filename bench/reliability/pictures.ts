import fc from "fast-check";
import sharp from "sharp";

const [ACROSS, DOWN] = [16, 9];

const tiles = fc.uint8Array({ minLength: ACROSS * DOWN * 3, maxLength: ACROSS * DOWN * 3 });

/** JPEGs of 640 × 360 px: large tiles in random colours. The same seed gives the same pictures. */
export function randomPictures(count: number, seed: number): Promise<Buffer[]> {
  return Promise.all(
    fc.sample(tiles, { numRuns: count, seed }).map((colours) =>
      sharp(colours, { raw: { width: ACROSS, height: DOWN, channels: 3 } })
        .resize(640, 360, { kernel: "nearest" })
        .jpeg()
        .toBuffer(),
    ),
  );
}
