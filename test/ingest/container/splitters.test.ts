import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { containerKind } from "../../../src/ingest/container/kinds.ts";
import type { Piece, Splitter } from "../../../src/ingest/container/splitter.ts";
import { IngestError } from "../../../src/ingest/errors.ts";
import { CODED_MIMES, type CodedMime, codedContainer, randomChunks } from "../../support/containers.ts";
import { CODED_FPS, KEY_EVERY } from "../../support/rtsp/coded-video.ts";

const PICTURES = 2 * KEY_EVERY + 5;
const limits = { maxHeaderBytes: 64 * 1024, maxPictureBytes: 256 * 1024 };
const split = (mime: string): Splitter => containerKind(mime)!.split(limits);
const bytes: Partial<Record<CodedMime, Buffer>> = {};
beforeAll(async () => {
  for (const mime of CODED_MIMES) bytes[mime] = await codedContainer(mime, PICTURES);
});

/** What a splitter makes of chunks, as texts, so that a difference is quickly found. */
function cut(mime: string, chunks: readonly Uint8Array[]) {
  const splitter = split(mime);
  const pieces: Piece[] = chunks.flatMap((chunk) => splitter.push(chunk));
  /** The bytes from each entry to the next. */
  const parts: Buffer[] = [];
  for (const piece of pieces) {
    if (piece.isEntry) parts.push(Buffer.from(piece.bytes));
    else parts.push(Buffer.concat([parts.pop()!, piece.bytes]));
  }
  return {
    header: Buffer.from(splitter.header),
    parts,
    times: pieces.flatMap(({ timesMs }) => timesMs),
    all: Buffer.concat([
      ...(mime === "video/h264" ? [] : [splitter.header]),
      ...pieces.map((piece) => piece.bytes),
    ]),
  };
}

function refusal(mime: string, ...chunks: Uint8Array[]): string {
  try {
    cut(mime, chunks);
  } catch (error) {
    if (error instanceof IngestError && error.code === "container_invalid") return error.message;
    throw error;
  }
  return "";
}

describe.each(CODED_MIMES)("%s", (mime) => {
  it("is cut where a decoder can begin, whatever the chunks are, and nothing is lost", () => {
    const whole = cut(mime, [bytes[mime]!]);
    if (mime === "video/webm") expect(whole.parts.length).toBeGreaterThan(10);
    else expect(whole.parts).toHaveLength(3);
    expect(whole.header.length).toBeGreaterThan(20);
    expect(bytes[mime]!.includes(whole.header)).toBe(true);
    for (const seed of [1, 2, 3, 4]) {
      const some = cut(mime, randomChunks(bytes[mime]!, seed, seed === 1 ? 3 : 3000));
      // What is not whole at the end is held back.
      expect(some.all.equals(bytes[mime]!.subarray(0, some.all.length))).toBe(true);
      expect(bytes[mime]!.length - some.all.length).toBeLessThan(5);
      expect(some.header.equals(whole.header)).toBe(true);
      expect(some.parts.map((part) => part.length)).toEqual(whole.parts.map((part) => part.length));
      expect(some.times).toEqual(whole.times);
    }
  });

  it("never throws anything but that it is not valid, and holds back little, on any bytes", () => {
    const altered = fc.tuple(fc.nat(bytes[mime]!.length - 1), fc.uint8Array({ minLength: 1, maxLength: 40 }));
    fc.assert(
      fc.property(altered, fc.nat(100), ([at, garbage], seed) => {
        const broken = Buffer.from(bytes[mime]!);
        broken.set(garbage.subarray(0, broken.length - at), at);
        refusal(mime, ...randomChunks(broken, seed));
        refusal(mime, garbage);
      }),
      { numRuns: 100, seed: 7 },
    );
  });

  it("is refused when it is something else, also when that takes long to say so", () => {
    const playlist = Buffer.from("#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n");
    const zeros = Array.from({ length: 80 }, () => Buffer.alloc(64 * 1024));
    for (const chunks of [[playlist, ...zeros], zeros]) expect(refusal(mime, ...chunks)).toMatch(/\w{3}.*\./);
    const others = CODED_MIMES.filter((other) => other !== mime);
    for (const other of others) {
      // As H.264, an MP4 is only bytes in which no picture begins.
      const padding = mime === "video/h264" ? zeros : [];
      expect(refusal(mime, bytes[other]!, ...padding), other).not.toBe("");
    }
  });
});

describe("what a splitter says of times", () => {
  it("is that of each picture in WebM, and that of each fragment in MP4", () => {
    const every = 1000 / CODED_FPS;
    expect(cut("video/webm", [bytes["video/webm"]!]).times).toEqual(
      Array.from({ length: PICTURES }, (_, i) => i * every),
    );
    const fragments = cut("video/mp4", [bytes["video/mp4"]!]).times;
    expect(fragments).toEqual([0, 1, 2].map((i) => i * KEY_EVERY * every));
  });
});

describe("what a splitter holds back", () => {
  it("is bounded in the header, in an element and in what is in front of a picture", () => {
    const ebml = Buffer.from([
      0x1a,
      0x45,
      0xdf,
      0xa3,
      0x80,
      0x18,
      0x53,
      0x80,
      0x67,
      0x01,
      ...Array(7).fill(0xff),
    ]);
    const hugeTracks = Buffer.from([0x16, 0x54, 0xae, 0x6b, 0x08, 0x7f, 0xff, 0xff, 0xff]);
    expect(refusal("video/webm", ebml, hugeTracks)).toMatch(/header|element/);
    const cluster = Buffer.from([0x1f, 0x43, 0xb6, 0x75, 0x01, ...Array(7).fill(0xff)]);
    const hugeBlock = Buffer.from([0xa3, 0x08, 0x7f, 0xff, 0xff, 0xff]);
    expect(refusal("video/webm", ebml, cluster, hugeBlock)).toMatch(/element of \d+ bytes/);
    const voids = Array.from({ length: 40 }, () =>
      Buffer.concat([Buffer.from([0xec, 0x50, 0x00]), Buffer.alloc(0x1000)]),
    );
    expect(refusal("video/webm", ebml, ...voids)).toMatch(/header/);

    const box = (size: number, type: string) =>
      Buffer.concat([Buffer.from([0, 0, 0, 0]), Buffer.from(type)]).fill(
        Buffer.from([size >> 24, size >> 16, size >> 8, size]),
        0,
        4,
      );
    expect(refusal("video/mp4", box(8, "ftyp"), box(2 ** 30, "moov"))).toMatch(/header/);
    expect(refusal("video/mp4", box(8, "ftyp"), box(100, "mdat"))).toMatch(/fragmented/);
    expect(refusal("video/mp4", box(8, "ftyp"), box(8, "moov"))).toMatch(/fragmented/);

    const sei = Buffer.concat([Buffer.from([0, 0, 1, 6]), Buffer.alloc(1000, 1)]);
    expect(refusal("video/h264", ...Array.from({ length: 100 }, () => sei))).toMatch(/in front of a picture/);
    const sps = Buffer.concat([Buffer.from([0, 0, 1, 7]), Buffer.alloc(5000, 1)]);
    expect(refusal("video/h264", sps)).toMatch(/parameter set/);
  });

  it("is joined once, also when a large picture comes in small chunks", () => {
    const splitter = containerKind("video/webm")!.split({ ...limits, maxPictureBytes: 2 ** 24 });
    const head = [0x1a, 0x45, 0xdf, 0xa3, 0x80, 0x18, 0x53, 0x80, 0x67, 0x01, ...Array(7).fill(0xff)];
    const block = [0x1f, 0x43, 0xb6, 0x75, 0x01, ...Array(7).fill(0xff), 0xa3, 0x10, 0x80, 0x00, 0x00];
    splitter.push(Buffer.from([...head, ...block]));
    const time = (chunks: number) => {
      const startedAtMs = performance.now();
      for (let i = 0; i < chunks; i++) splitter.push(Buffer.alloc(64));
      return performance.now() - startedAtMs;
    };
    time(1000);
    // 100 times as many: joining each time would take 10,000 times as long.
    const few = time(1000);
    expect(time(100_000)).toBeLessThan(Math.max(1, few) * 1500);
  });
});
