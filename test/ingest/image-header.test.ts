import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { readImageHeader } from "../../src/ingest/image-header.ts";

const picture = sharp({ create: { width: 40, height: 30, channels: 3, background: "red" } });

/** A JPEG with another one in its first segment, as cameras store thumbnails. */
function withThumbnail(jpeg: Buffer, thumbnail: Buffer): Buffer {
  const head = Buffer.from([0xff, 0xd8, 0xff, 0xe1, 0, 0]);
  head.writeUInt16BE(2 + thumbnail.length, 4);
  return Buffer.concat([head, thumbnail, jpeg.subarray(2)]);
}

describe("readImageHeader", () => {
  it("counts the scans of a JPEG, and not those of its thumbnail", async () => {
    const [plain, progressive] = [
      await picture.jpeg().toBuffer(),
      await picture.jpeg({ progressive: true }).toBuffer(),
    ];
    expect(await readImageHeader(plain, {})).toMatchObject({ scans: 1, cost: 1200 });
    expect(await readImageHeader(withThumbnail(plain, progressive), {})).toMatchObject({ scans: 1 });
    const { scans, cost } = await readImageHeader(progressive, {});
    expect(scans).toBe(10);
    expect(cost).toBeCloseTo(4 * 1200);
  });

  it("does not count for ever", async () => {
    const plain = await picture.jpeg().toBuffer();
    const many = Buffer.concat([plain.subarray(0, -2), Buffer.alloc(2_000_000, Buffer.from([0xff, 0xda]))]);
    expect((await readImageHeader(many, {})).scans).toBe(1000);
  });

  it.each(["png", "webp"] as const)("knows that a %s costs more", async (format) => {
    expect(await readImageHeader(await picture.toFormat(format).toBuffer(), {})).toMatchObject({
      scans: 1,
      cost: 4 * 1200,
    });
  });
});
