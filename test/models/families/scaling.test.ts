import { readFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { decodeImage, EncodedFrame, RgbFrame } from "../../../src/ingest/mod.ts";
import { familyRuntime } from "../../../src/models/families/mod.ts";
import { eyesOf, goldenPicture } from "../../support/tiny-checkpoints.ts";

interface Scaled {
  readonly family: "idefics3" | "qwen2-vl";
  readonly picture: "hard" | "soft";
  readonly from: readonly [width: number, height: number];
  readonly to: readonly [width: number, height: number];
  readonly offset: number;
}

const folder = join(import.meta.dirname, "../../golden/scaling");
const stamp = { seq: 0, mediaTimeMs: 0, arrivedAtMs: 0 };

/** Triangle waves, by the formula of `make.py`. */
function softPicture(width: number, height: number): Uint8Array {
  const bytes = new Uint8Array(width * height * 3);
  const wave = (t: number, period: number) =>
    Math.floor((Math.abs((t % period) * 2 - period) * 255) / period);
  for (let i = 0; i < bytes.length; i++) {
    const [c, x, y] = [i % 3, Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
    bytes[i] = Math.floor((wave(x * 9 + y * (c + 1), 257) + wave(y * 7 + x * 2 + c * 40, 389)) / 2);
  }
  return bytes;
}

/** Greatest and mean difference (levels of 255). */
function differences(a: Uint8Array, b: Uint8Array): { greatest: number; mean: number } {
  expect(a.length).toBe(b.length);
  let [greatest, sum] = [0, 0];
  for (const [i, value] of a.entries()) {
    greatest = Math.max(greatest, Math.abs(value - b[i]!));
    sum += Math.abs(value - b[i]!);
  }
  return { greatest, mean: sum / a.length };
}

/**
 * What was found (in the comments), and a little more. libvips rounds weights to few bits when it shrinks, which edges and noise show. From
 * four times on, it first takes means of whole pixels. Pictures that are enlarged equal those of Pillow.
 */
function bound({ family, picture, from, to }: Scaled): { greatest: number; mean: number } {
  if (from[0] < to[0]) return picture === "hard" ? { greatest: 2, mean: 0.02 } : { greatest: 1, mean: 0.02 };
  if (picture === "soft")
    return from[0] > 4 * to[0] ? { greatest: 3, mean: 0.6 } : { greatest: 2, mean: 0.3 };
  if (from[0] > 4 * to[0]) return { greatest: 18, mean: 3.5 }; // 16, 3.3
  return family === "idefics3" ? { greatest: 13, mean: 0.6 } : { greatest: 9, mean: 0.45 }; // 12, 0.52 and 8, 0.40
}

describe("pictures are scaled as the processors of checkpoints scale them", async () => {
  const cases = JSON.parse(await readFile(join(folder, "scaled.json"), "utf8")) as Scaled[];
  const bytes = await readFile(join(folder, "scaled.bin"));

  it.each(cases)("$family: $picture picture of $from px to $to px", async (scaled) => {
    const { family, picture, from, to, offset } = scaled;
    const [width, height] = from;
    const data = picture === "hard" ? goldenPicture(0, width, height) : softPicture(width, height);
    const vision = familyRuntime(family).vision(eyesOf(family, 1) as never)!;
    const scaling = vision.scaling({ width, height }, to[0]);
    const wanted = bytes.subarray(offset, offset + to[0] * to[1] * 3);
    const frame = new RgbFrame(stamp, { width, height, data });
    const pixels = await frame.rgb(to[0], to[1], scaling);
    const { greatest, mean } = differences(pixels, wanted);
    const most = bound(scaled);
    expect([greatest <= most.greatest, mean <= most.mean, greatest, mean]).toEqual([
      true,
      true,
      greatest,
      mean,
    ]);

    // A picture that comes as a file is scaled alike.
    const file = await sharp(data, { raw: { width, height, channels: 3 } })
      .png()
      .toBuffer();
    const encoded = new EncodedFrame(stamp, file, await decodeImage(file, { width: 8, height: 8 }));
    expect(differences(await encoded.rgb(to[0], to[1], scaling), pixels).greatest).toBeLessThanOrEqual(1);
  });

  it("leaves a picture of the right size as it is", async () => {
    const data = goldenPicture(0, 48, 48);
    const frame = new RgbFrame(stamp, { width: 48, height: 48, data });
    expect(await frame.rgb(48, 48, { kernel: "lanczos3", via: { width: 48, height: 48 } })).toBe(data);
  });
});
