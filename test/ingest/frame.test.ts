import sharp, { type Sharp } from "sharp";
import { describe, expect, it } from "vitest";
import { decodeImage, EncodedFrame, joinRgb, RgbFrame, restamped } from "../../src/ingest/mod.ts";

const stamp = { seq: 3, mediaTimeMs: 1500, arrivedAtMs: 42 };

/** Red on the left, blue on the right. */
const twoColours = (width: number, height: number): Sharp =>
  sharp({ create: { width, height, channels: 3, background: "red" } }).composite([
    {
      input: { create: { width: width / 2, height, channels: 3, background: "blue" } },
      left: width / 2,
      top: 0,
    },
  ]);

const rgbFrame = async (width: number, height: number, large?: readonly [number, number]) => {
  const picture = async (w: number, h: number) => ({
    width: w,
    height: h,
    data: new Uint8Array(await twoColours(w, h).removeAlpha().raw().toBuffer()),
  });
  return new RgbFrame(stamp, await picture(width, height), large && (await picture(...large)));
};

const encodedFrame = async (bytes: Uint8Array) =>
  new EncodedFrame(stamp, bytes, await decodeImage(bytes, { width: 8, height: 6 }));

const look = async (jpeg: Uint8Array) => {
  const { format, width, height } = await sharp(jpeg).metadata();
  return `${format} ${width}×${height}`;
};

/** Colours of the outermost pixels of a row, roughly: r or b. */
const ends = (rgb: Uint8Array, width: number) =>
  [0, width - 1].map((x) => (rgb[3 * x]! > rgb[3 * x + 2]! ? "r" : "b")).join("");

describe("a frame that came as pixels", () => {
  it("gives its own pixels out as they are, and scales to any other size", async () => {
    const frame = await rgbFrame(16, 8);
    expect(await frame.rgb(16, 8)).toBe(await frame.rgb(16, 8));
    const scaled = await frame.rgb(6, 10);
    expect(scaled).toHaveLength(6 * 10 * 3);
    expect(ends(scaled, 6)).toBe("rb");
  });

  it("gives a JPEG no larger than asked for, nor than it is, from the larger picture where there is one", async () => {
    expect(await look(await (await rgbFrame(16, 8)).jpeg(100))).toBe("jpeg 16×8");
    const frame = await rgbFrame(16, 16, [160, 80]);
    expect(await look(await frame.jpeg(1000))).toBe("jpeg 160×80");
    expect(await look(await frame.jpeg(40))).toBe("jpeg 40×20");
    expect(await frame.rgb(16, 16)).toHaveLength(16 * 16 * 3);
  });

  it("is refused when its bytes do not fit its size", () => {
    for (const bytes of [0, 16 * 8 * 3 - 1, 16 * 8 * 4]) {
      const picture = { width: 16, height: 8, data: new Uint8Array(bytes) };
      expect(() => new RgbFrame(stamp, picture)).toThrowError(
        expect.objectContaining({ code: "frame_size" }),
      );
    }
  });
});

describe("a frame that came as an image", () => {
  it("keeps the bytes of a JPEG that is small enough and upright", async () => {
    const bytes = new Uint8Array(await twoColours(64, 32).jpeg().toBuffer());
    const frame = await encodedFrame(bytes);
    expect(await frame.jpeg(64)).toBe(bytes);
    expect(await look(await frame.jpeg(63))).toBe("jpeg 63×32");
    expect(ends(await frame.rgb(20, 4), 20)).toBe("rb");
  });

  it("turns one that lies on its side upright, and makes a JPEG of a PNG", async () => {
    const turned = await twoColours(64, 32).jpeg().withMetadata({ orientation: 6 }).toBuffer();
    expect(await look(await (await encodedFrame(turned)).jpeg(64))).toBe("jpeg 32×64");
    const png = await twoColours(64, 32).png().toBuffer();
    expect(await look(await (await encodedFrame(png)).jpeg(500))).toBe("jpeg 64×32");
  });
});

it("can be restamped, with its pictures", async () => {
  const frame = await rgbFrame(16, 8);
  const other = restamped(frame, { mediaTimeMs: 2000 });
  expect(other).toMatchObject({ seq: 3, mediaTimeMs: 2000, arrivedAtMs: 42 });
  expect(await other.rgb(16, 8)).toBe(await frame.rgb(16, 8));
});

it("joins the pixels of several frames in order, in a buffer that can be transferred", async () => {
  const frame = await rgbFrame(4, 2);
  const own = await frame.rgb(4, 2);
  const joined = await joinRgb([frame, frame], 4, 2);
  expect([...joined]).toEqual([...own, ...own]);
  structuredClone(joined, { transfer: [joined.buffer as ArrayBuffer] });
  expect(own).toHaveLength(4 * 2 * 3);
});
