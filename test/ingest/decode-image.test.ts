import sharp, { type Sharp } from "sharp";
import { describe, expect, it } from "vitest";
import { decodeImage } from "../../src/ingest/decode-image.ts";
import { pngHeader } from "../support/media.ts";

const size = { width: 4, height: 3 };
const red = { r: 255, g: 0, b: 0 };
const picture = (width = 40, height = 30) =>
  sharp({ create: { width, height, channels: 3, background: red } });
const pixel = (data: Uint8Array, x: number, y: number, width = size.width) => [
  ...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3),
];
const near = (a: readonly number[], b: readonly number[]) =>
  a.every((value, i) => Math.abs(value - b[i]!) <= 4);
const codeOf = (bytes: Uint8Array, options = {}) =>
  decodeImage(bytes, { ...size, ...options }).then(
    () => "none",
    (error) => error.code,
  );

describe("decodeImage", () => {
  it.each<[string, (image: Sharp) => Sharp]>([
    ["JPEG", (image) => image.jpeg()],
    ["PNG", (image) => image.png()],
    ["16-bit PNG", (image) => image.toColourspace("rgb16").png()],
    ["palette PNG", (image) => image.png({ palette: true })],
    ["WebP", (image) => image.webp()],
  ])("reads %s", async (_, encode) => {
    const { data, width, height } = await decodeImage(await encode(picture()).toBuffer(), size);
    expect({ width, height, bytes: data.length }).toEqual({ ...size, bytes: 36 });
    expect(near(pixel(data, 2, 1), [255, 0, 0]), String(pixel(data, 2, 1))).toBe(true);
    expect(structuredClone(data, { transfer: [data.buffer as ArrayBuffer] })).toHaveLength(36);
  });

  it("makes RGB of greyscale, of CMYK and of transparency", async () => {
    const grey = await picture().greyscale().jpeg().toBuffer();
    const [r, g, b] = pixel((await decodeImage(grey, size)).data, 0, 0);
    expect([g, b]).toEqual([r, r]);
    const cmyk = await decodeImage(await picture().toColourspace("cmyk").jpeg().toBuffer(), size);
    expect(cmyk.data).toHaveLength(36);
    expect(pixel(cmyk.data, 0, 0)[0]).toBeGreaterThan(200);
    const clear = await picture().ensureAlpha(0).png().toBuffer();
    expect(pixel((await decodeImage(clear, size)).data, 0, 0)).toEqual([0, 0, 0]);
  });

  it("turns a picture upright before it squeezes it", async () => {
    const blue = sharp({ create: { width: 20, height: 30, channels: 3, background: "blue" } });
    const halves = picture().composite([{ input: await blue.png().toBuffer(), left: 20, top: 0 }]);
    // Orientation 6: the camera was turned, what is stored left is up.
    const bytes = await sharp(await halves.png().toBuffer())
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer();
    const { data } = await decodeImage(bytes, { width: 2, height: 6 });
    expect(near(pixel(data, 0, 0, 2), [255, 0, 0]), String(data)).toBe(true);
    expect(near(pixel(data, 1, 5, 2), [0, 0, 255]), String(data)).toBe(true);
  });

  it("takes the first picture of an animation", async () => {
    const frames = ["red", "lime"].map((background) =>
      sharp({ create: { width: 8, height: 8, channels: 3, background } })
        .png()
        .toBuffer(),
    );
    const bytes = await sharp(await Promise.all(frames), { join: { animated: true } })
      .webp({ lossless: true })
      .toBuffer();
    expect((await sharp(bytes).metadata()).pages).toBe(2);
    expect(near(pixel((await decodeImage(bytes, size)).data, 1, 1), [255, 0, 0])).toBe(true);
  });

  it("enlarges a picture of one pixel", async () => {
    for (const bytes of [await picture(1, 1).jpeg().toBuffer(), await picture(1, 1).png().toBuffer()]) {
      expect(near(pixel((await decodeImage(bytes, size)).data, 3, 2), [255, 0, 0])).toBe(true);
    }
  });

  it("refuses a bomb by its header", async () => {
    const bomb = pngHeader(20_000, 20_000);
    expect(await codeOf(bomb)).toBe("image_too_many_pixels");
    expect(await codeOf(pngHeader(2 ** 31 - 1, 2 ** 31 - 1))).toMatch(
      /image_too_many_pixels|image_undecodable/,
    );
    expect(await codeOf(await picture().png().toBuffer(), { maxPixels: 1199 })).toBe("image_too_many_pixels");
    expect(await codeOf(await picture().png().toBuffer(), { maxPixels: 1200 })).toBe("none");
  });

  it("refuses too many bytes", async () => {
    const bytes = await picture().jpeg().toBuffer();
    expect(await codeOf(bytes, { maxBytes: bytes.length - 1 })).toBe("image_too_large");
    expect(await codeOf(bytes, { maxBytes: bytes.length })).toBe("none");
  });

  it("goes by the first bytes: only JPEG, PNG and WebP", async () => {
    expect(await codeOf(await picture().gif().toBuffer())).toBe("image_unsupported_type");
    expect(await codeOf(await picture().tiff().toBuffer())).toBe("image_unsupported_type");
    expect(await codeOf(Buffer.from("<svg xmlns='http://www.w3.org/2000/svg'/>"))).toBe(
      "image_unsupported_type",
    );
    expect(await codeOf(Buffer.from("hello, this is no picture"))).toBe("image_unsupported_type");
  });

  it("refuses what is broken, cut off or empty", async () => {
    const noise = { type: "gaussian", mean: 128, sigma: 40 } as const;
    const noisy = sharp({ create: { width: 200, height: 200, channels: 3, background: red, noise } });
    for (const bytes of [
      await noisy.jpeg().toBuffer(),
      await noisy.png().toBuffer(),
      await noisy.webp().toBuffer(),
    ]) {
      expect(await codeOf(bytes.subarray(0, bytes.length / 2))).toBe("image_undecodable");
      expect(await codeOf(bytes.subarray(0, 20))).toBe("image_undecodable");
    }
    expect(await codeOf(new Uint8Array())).toBe("image_undecodable");
  });

  it("goes by a JPEG's data, not by its end mark", async () => {
    const noise = { type: "gaussian", mean: 128, sigma: 40 } as const;
    const whole = await sharp({ create: { width: 200, height: 200, channels: 3, background: red, noise } })
      .jpeg()
      .toBuffer();
    const mark = Buffer.from([0xff, 0xd9]);
    const { data } = await decodeImage(whole, size);
    expect((await decodeImage(whole.subarray(0, -2), size)).data).toEqual(data);
    expect((await decodeImage(Buffer.concat([whole, Buffer.alloc(64)]), size)).data).toEqual(data);
    const half = Buffer.concat([whole.subarray(0, whole.length / 2), mark]);
    expect(await codeOf(half)).toBe("image_undecodable");
    await expect(decodeImage(half, size)).rejects.toThrow(/incomplete .*Send all/);
  });

  it("does not call a picture incomplete that is damaged otherwise", async () => {
    const noise = { type: "gaussian", mean: 128, sigma: 40 } as const;
    const picture = sharp({ create: { width: 200, height: 200, channels: 3, background: red, noise } });
    for (const whole of [await picture.jpeg().toBuffer(), await picture.png().toBuffer()]) {
      const damaged = Buffer.from(whole);
      for (let i = 20; i < 200; i++) damaged[i] = damaged[i]! ^ 0x5a;
      const error: Error = await decodeImage(damaged, size).then(
        () => expect.unreachable(),
        (thrown) => thrown,
      );
      expect(error.message).not.toMatch(/complete|\n/);
      expect(error.message).toContain("encode it again");
    }
  });

  it("refuses a size that is none", async () => {
    expect(await codeOf(await picture().png().toBuffer(), { width: 0 })).toBe("option_out_of_range");
  });
});
