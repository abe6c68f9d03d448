import { expect, it } from "vitest";
import { isSameRate, NamedRateReader } from "../../src/ingest/named-rate.ts";

/** What is found in lines that ffmpeg prints of an input. */
function found(format: string, stream: string) {
  const reader = new NamedRateReader();
  return [
    `[info] Input #0, ${format}, from 'file:/tmp/x':`,
    "[info]   Duration: N/A, bitrate: N/A",
    `[info]   Stream #0:0: Video: ${stream}`,
    "[info]   Stream #0:0: Video: rawvideo (RGB[24] / 0x18424752), rgb24, 8x6, q=2-31, 25 fps, 25 tbr, 25 tbn",
  ].flatMap((line) => reader.take(line) ?? []);
}

it("assumes 25 frames a second only of raw streams, and tells a rate once", () => {
  const plain = "mjpeg (Baseline), yuvj420p(pc), 128x128, 25 tbr, 1200k tbn, 25 tbc";
  expect(found("mjpeg", plain)).toEqual([{ fps: 25, isAssumed: true }]);
  expect(found("avi", plain)).toEqual([{ fps: 25, isAssumed: false }]);
  expect(found("h264", "h264 (High), yuv420p, 64x48, 12.5 fps, 12.5 tbr, 1200k tbn")).toEqual([
    { fps: 12.5, isAssumed: false },
  ]);
});

it("compares rates as far as ffmpeg prints them", () => {
  expect(isSameRate(29.97, 30_000 / 1001)).toBe(true);
  expect(isSameRate(29.97, 30)).toBe(false);
});
