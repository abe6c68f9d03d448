import fc from "fast-check";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { decodeBinaryFrame, encodeFrameHeader, FRAME_HEADER_BYTES } from "../../src/protocol/mod.ts";

const picture = Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 1, 2, 3);

function withHeader(header: Parameters<typeof encodeFrameHeader>[0], image = picture): Uint8Array {
  return Buffer.concat([encodeFrameHeader(header), image]);
}

describe("the header of a binary frame", () => {
  it("has exactly the documented bytes", () => {
    expect(Buffer.from(encodeFrameHeader({ seq: 7, captureTimeMs: 3500 })).toString("hex")).toBe(
      "f554414601140300070000000000000000".concat("58ab40"),
    );
  });

  it("brings back seq, capture time and picture", () => {
    fc.assert(
      fc.property(
        fc.option(fc.integer({ min: 0, max: 2 ** 32 - 1 })),
        fc.option(fc.double({ min: 0, noNaN: true, noDefaultInfinity: true })),
        fc.uint8Array(),
        (seq, captureTimeMs, image) => {
          const decoded = decodeBinaryFrame(withHeader({ seq, captureTimeMs }, image));
          expect(decoded.seq).toBe(seq);
          expect(decoded.captureTimeMs).toBe(captureTimeMs);
          expect(Buffer.from(decoded.image).equals(Buffer.from(image))).toBe(true);
        },
      ),
    );
  });

  it("is never seen in a JPEG, PNG or WebP", async () => {
    const image = sharp({ create: { width: 8, height: 8, channels: 3, background: "red" } });
    for (const bytes of [
      await image.jpeg().toBuffer(),
      await image.png().toBuffer(),
      await image.webp().toBuffer(),
    ]) {
      expect(decodeBinaryFrame(bytes)).toEqual({ seq: null, captureTimeMs: null, image: bytes });
    }
  });

  it("reads a message that lies at an offset in its buffer, as those of ws do", () => {
    const pool = new Uint8Array(100);
    const message = withHeader({ seq: 1, captureTimeMs: 2 });
    pool.set(message, 33);
    const decoded = decodeBinaryFrame(pool.subarray(33, 33 + message.length));
    expect([decoded.seq, decoded.captureTimeMs, decoded.image.length]).toEqual([1, 2, picture.length]);
  });

  it("skips a longer header of a newer minor version", () => {
    const header = encodeFrameHeader({ seq: 9, captureTimeMs: null });
    header[5] = FRAME_HEADER_BYTES + 4;
    const decoded = decodeBinaryFrame(Buffer.concat([header, Buffer.alloc(4), picture]));
    expect(decoded.seq).toBe(9);
    expect([...decoded.image]).toEqual([...picture]);
  });

  it.each([
    ["cut off", (bytes: Uint8Array) => bytes.subarray(0, 10)],
    ["of an unknown version", (bytes: Uint8Array) => bytes.with(4, 2)],
    ["too short by its own word", (bytes: Uint8Array) => bytes.with(5, 3)],
    ["longer than the message", (bytes: Uint8Array) => bytes.with(5, 255)],
    ["with a time that is no number", (bytes: Uint8Array) => bytes.with(18, 0xf8).with(19, 0x7f)],
    ["with a time before 0", (bytes: Uint8Array) => bytes.with(19, 0xc0)],
  ])("is refused when %s", (_what, broken) => {
    const bytes = new Uint8Array(withHeader({ seq: 1, captureTimeMs: 1 }));
    expect(() => decodeBinaryFrame(broken(bytes))).toThrowError(
      expect.objectContaining({ code: "invalid_frame_header" }),
    );
  });
});
