import { lastValueFrom, merge, toArray } from "rxjs";
import sharp from "sharp";
import { beforeAll, describe, expect, it } from "vitest";
import type { DroppedFrame, Frame } from "../../src/ingest/frame.ts";
import { type FrameError, ImageFrames, type ImageFramesOptions } from "../../src/ingest/image-source.ts";
import { eventually } from "../support/media.ts";

const options: ImageFramesOptions = { width: 4, height: 3, fps: 10 };
let small: Uint8Array;
let huge: Uint8Array;

beforeAll(async () => {
  const picture = (side: number) =>
    sharp({ create: { width: side, height: side, channels: 3, background: "red" } });
  small = await picture(16).jpeg().toBuffer();
  huge = await picture(4000).png().toBuffer();
});

function watch(more: Partial<ImageFramesOptions> = {}) {
  const images = new ImageFrames({ ...options, ...more });
  const frames: Frame[] = [];
  const dropped: DroppedFrame[] = [];
  const errors: FrameError[] = [];
  images.frames$.subscribe((frame) => frames.push(frame));
  images.dropped$.subscribe((drop) => dropped.push(drop));
  images.errors$.subscribe((error) => errors.push(error));
  const ended = lastValueFrom(merge(images.frames$, images.dropped$, images.errors$).pipe(toArray()));
  return { images, frames, dropped, errors, ended };
}

describe("ImageFrames", () => {
  it("gives each image as a frame, in order, with its times", async () => {
    const { images, frames, dropped, ended } = watch();
    for (let i = 0; i < 5; i++) {
      images.push(small, { mediaTimeMs: 7000 + i * 100 });
      await eventually(() => frames.length === i + 1, "the frame");
    }
    images.end();
    await ended;
    expect(dropped).toEqual([]);
    expect(frames.map(({ seq, mediaTimeMs }) => [seq, mediaTimeMs])).toEqual(
      [0, 1, 2, 3, 4].map((i) => [i, 7000 + i * 100]),
    );
    for (const frame of frames) expect(await frame.rgb(4, 3)).toHaveLength(36);
    const arrivals = frames.map(({ arrivedAtMs }) => arrivedAtMs);
    expect(arrivals).toEqual([...arrivals].sort((a, b) => a - b));
  });

  it("goes on at 0 after the largest number", async () => {
    const { images, frames, ended } = watch({ fps: 100 });
    images.push(small, { seq: 2 ** 32 - 1 });
    await new Promise((resolve) => setTimeout(resolve, 60));
    images.push(small);
    images.end();
    await ended;
    expect(frames.map(({ seq }) => seq)).toEqual([2 ** 32 - 1, 0]);
  });

  it("takes the time of arrival when the client gives none, and counts on from a given seq", async () => {
    const { images, frames, ended } = watch({ fps: 100 });
    images.push(small, { seq: 41 });
    await new Promise((resolve) => setTimeout(resolve, 60));
    images.push(small);
    images.end();
    await ended;
    expect(frames.map(({ seq }) => seq)).toEqual([41, 42]);
    expect(frames[0]!.mediaTimeMs).toBe(0);
    expect(frames[1]!.mediaTimeMs).toBeCloseTo(frames[1]!.arrivedAtMs - frames[0]!.arrivedAtMs);
  });

  it("drops what is beyond the rate, without decoding it", async () => {
    const { images, frames, dropped, errors, ended } = watch();
    for (let i = 0; i < 30; i++) {
      const beyond = i % 3 !== 0 && i !== 1;
      images.push(beyond ? new Uint8Array([1, 2, 3]) : small, { mediaTimeMs: (i * 1000) / 30 });
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    images.end();
    await ended;
    expect(errors).toEqual([]);
    expect(dropped.filter(({ reason }) => reason === "rate")).toHaveLength(19);
    expect(frames.length + dropped.length).toBe(30);
  });

  it("lets the latest wait while it is behind, and says which it dropped", async () => {
    for (const concurrency of [1, 2] as const) {
      const { images, frames, dropped, ended } = watch({ concurrency });
      const count = 8;
      for (let i = 0; i < count; i++) images.push(i < concurrency ? huge : small, { mediaTimeMs: i * 100 });
      images.end();
      await ended;
      const first = Array.from({ length: concurrency }, (_, i) => i);
      expect(frames.map(({ seq }) => seq)).toEqual([...first, count - 1]);
      expect(dropped.map(({ seq }) => seq)).toEqual(
        [2, 3, 4, 5, 6]
          .slice(0)
          .concat(concurrency === 1 ? [1] : [])
          .sort(),
      );
      expect(new Set(dropped.map(({ reason }) => reason))).toEqual(new Set(["busy"]));
    }
  });

  it("keeps the order when a later image is decoded sooner", async () => {
    const { images, frames, ended } = watch({ concurrency: 2 });
    images.push(huge, { mediaTimeMs: 0 });
    images.push(small, { mediaTimeMs: 100 });
    images.end();
    await ended;
    expect(frames.map(({ seq }) => seq)).toEqual([0, 1]);
  });

  it("goes on after a broken image, and says what was wrong", async () => {
    const { images, frames, dropped, errors, ended } = watch();
    for (const [i, bytes] of [small, small.subarray(0, 30), Buffer.from("GIF89a"), small].entries()) {
      images.push(bytes, { mediaTimeMs: i * 100 });
      await eventually(() => frames.length + dropped.length === i + 1, "its outcome");
    }
    images.end();
    await ended;
    expect(frames.map(({ seq }) => seq)).toEqual([0, 3]);
    expect(dropped.map(({ seq, reason }) => [seq, reason])).toEqual([
      [1, "decode_error"],
      [2, "decode_error"],
    ]);
    expect(errors.map(({ seq, error }) => [seq, error.code])).toEqual([
      [1, "image_undecodable"],
      [2, "image_unsupported_type"],
    ]);
  });

  it("refuses media time that goes backwards, or is none", async () => {
    const { images, frames, dropped, errors, ended } = watch();
    for (const mediaTimeMs of [1000, 900, Number.NaN, 1100]) images.push(small, { mediaTimeMs });
    images.end();
    await ended;
    expect(frames.map(({ mediaTimeMs }) => mediaTimeMs)).toEqual([1000, 1100]);
    expect(errors.map(({ error }) => error.code)).toEqual(["media_time_backwards", "media_time_backwards"]);
    expect(dropped.map(({ seq, reason }) => [seq, reason])).toEqual([
      [1, "decode_error"],
      [2, "decode_error"],
    ]);
  });

  it("closes at once, and is deaf afterwards", async () => {
    const { images, frames, ended } = watch();
    images.push(huge);
    images.close();
    await ended;
    images.push(small);
    images.end();
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(frames).toEqual([]);
  });

  it("accounts for every image: a frame or a drop, and nothing twice", async () => {
    const { images, frames, dropped, ended } = watch({ concurrency: 2 });
    for (let i = 0; i < 200; i++) {
      images.push(i % 7 === 3 ? new Uint8Array(4) : small, { mediaTimeMs: i * 40 });
      if (i % 5 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    }
    images.end();
    await ended;
    const seqs = [...frames, ...dropped].map(({ seq }) => seq).sort((a, b) => a - b);
    expect(seqs).toEqual(Array.from({ length: 200 }, (_, i) => i));
    expect(frames.map(({ seq }) => seq)).toEqual(frames.map(({ seq }) => seq).sort((a, b) => a - b));
  });

  it("looks at no more images than arrive in a second, whatever their media times say", async () => {
    const { images, frames, dropped, ended } = watch({ maxCatchUpMs: 2000 });
    const startedAt = performance.now();
    for (let i = 0; i < 100; i++) {
      images.push(small, { mediaTimeMs: i * 100 });
      if (i % 10 === 9) await eventually(() => frames.length + dropped.length === i + 1, "their outcome");
    }
    images.end();
    await ended;
    const tooMany = dropped.filter(({ reason }) => reason === "rate").length;
    const seconds = (performance.now() - startedAt) / 1000;
    // Two seconds' images at once and the one that makes the debt, then 5 % more than the rate.
    expect(100 - tooMany).toBeLessThanOrEqual(21 + 10.5 * seconds);
    expect(frames.length).toBeGreaterThan(1);
    expect(frames.length + dropped.length).toBe(100);
  });

  it("decodes no more pixels than its budget has, and a PNG counts as four JPEGs", async () => {
    const picture = sharp({ create: { width: 100, height: 100, channels: 3, background: "red" } });
    for (const [format, cost] of [
      ["jpeg", 10_000],
      ["png", 40_000],
    ] as const) {
      const bytes = await picture.toFormat(format).toBuffer();
      const { images, frames, dropped, ended } = watch({ maxPixelsPerSecond: 40_000 });
      const startedAt = performance.now();
      for (let i = 0; i < 12; i++) {
        images.push(bytes, { mediaTimeMs: i * 100 });
        await eventually(() => frames.length + dropped.length === i + 1, "its outcome");
      }
      images.end();
      await ended;
      const seconds = (performance.now() - startedAt) / 1000;
      expect(frames.length).toBeGreaterThan(0);
      expect((frames.length - 1) * cost).toBeLessThanOrEqual(40_000 * (1 + seconds));
      expect(dropped.map(({ reason }) => reason)).toEqual(Array(12 - frames.length).fill("rate"));
    }
  });

  it("refuses a progressive JPEG of as many pixels as a plain one may have", async () => {
    const { images, frames, errors, ended } = watch({ maxPixels: 100_000 });
    const picture = sharp({ create: { width: 250, height: 250, channels: 3, background: "red" } });
    for (const [i, progressive] of [true, false].entries()) {
      images.push(await picture.jpeg({ progressive }).toBuffer(), { mediaTimeMs: i * 100 });
      await eventually(() => frames.length + errors.length === i + 1, "its outcome");
    }
    images.end();
    await ended;
    expect(frames.map(({ seq }) => seq)).toEqual([1]);
    expect(errors.map(({ error }) => error.code)).toEqual(["image_too_many_pixels"]);
    expect(errors[0]!.error.message).toMatch(/progressive JPEG of 250 × 250 px in 10 scans/);
  });

  it("does not wait for the large pictures of other streams", async () => {
    const others = Array.from({ length: 6 }, () => watch());
    const one = watch();
    for (const { images } of others) images.push(huge);
    one.images.push(small);
    await eventually(() => one.frames.length === 1, "the small picture");
    expect(others.filter(({ frames }) => frames.length > 0).length).toBeLessThan(3);
    for (const { images } of [one, ...others]) images.end();
    await Promise.all(others.map(({ ended }) => ended));
  });

  it("refuses options out of range", () => {
    expect(() => new ImageFrames({ ...options, fps: 0 })).toThrow(/fps/);
  });
});
