import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { lastValueFrom, take } from "rxjs";
import { describe, expect, it } from "vitest";
import { resolveFfmpeg } from "../../src/ingest/ffmpeg-binary.ts";
import { type HdrTransfer, toneMap } from "../../src/ingest/hdr.ts";
import { openVideo } from "../../src/ingest/video-source.ts";

/** The patches of the fixtures as SDR, in two rows of four. */
const SDR = [
  [185, 59, 44],
  [37, 154, 44],
  [45, 54, 179],
  [126, 126, 126],
  [239, 223, 205],
  [62, 62, 62],
  [175, 167, 41],
  [253, 253, 253],
];
/**
 * Most levels by which one colour may be off, and the mean one. A saturated colour of BT.709 is a mixture in BT.2020, and
 * its dark parts are small differences of codes of 8 bits: half a step of PQ in each makes up to 25 levels there.
 * Highlights are compressed: white becomes 240. Without tone mapping, single colours are off by up to 107 levels.
 */
const MOST = 26;
const MEAN = 7;

const WIDTH = 20;
const HEIGHT = 10;

/** The colours in the middle of the patches. */
function patches(rgb: Uint8Array, width: number, height: number): number[][] {
  return SDR.map((_, i) => {
    const x = Math.floor((((i % 4) + 0.5) * width) / 4);
    const y = Math.floor(((Math.floor(i / 4) + 0.5) * height) / 2);
    const at = 3 * (y * width + x);
    return [...rgb.subarray(at, at + 3)];
  });
}

function expectSdr(colours: readonly number[][]): void {
  const differences = colours.flatMap((colour, i) => colour.map((value, c) => Math.abs(value - SDR[i]![c]!)));
  const message = JSON.stringify(colours);
  expect(Math.max(...differences), message).toBeLessThanOrEqual(MOST);
  expect(differences.reduce((a, b) => a + b) / differences.length, message).toBeLessThanOrEqual(MEAN);
}

describe.each(["FFMPEG_PATH or PATH", "installer"])("HDR video with ffmpeg from %s", (origin) => {
  it.each(["pq", "hlg"])("has the colours of SDR video (%s)", async (name) => {
    const ffmpeg = await resolveFfmpeg(origin === "installer" ? {} : process.env);
    const input = fileURLToPath(new URL(join("../fixtures/hdr", `${name}.mp4`), import.meta.url));
    const video = { width: WIDTH, height: HEIGHT, fps: 4, pace: "max", largeSide: 160, ffmpeg } as const;
    const frame = await lastValueFrom(openVideo(input, video).pipe(take(1)));
    expectSdr(patches(await frame.rgb(WIDTH, HEIGHT), WIDTH, HEIGHT));
    expectSdr(patches(await frame.rgb(160, 90), 160, 90));
  });
});

describe("toneMap", () => {
  const grey = (share: number, transfer: HdrTransfer): number => {
    const rgb = new Uint8Array(3).fill(Math.round(255 * share));
    toneMap(rgb, transfer);
    expect(Math.max(...rgb) - Math.min(...rgb)).toBeLessThanOrEqual(1);
    return rgb[0]!;
  };

  /** ITU-R BT.2408, table 1: signals and the light that a display makes of them. SDR displays follow BT.1886. */
  it("gives greys the light that they have on an HDR display", () => {
    const sdr = (light: number) => 255 * (light / 203) ** (1 / 2.4);
    for (const [share, transfer] of [
      [0.38, "pq"],
      [0.38, "hlg"],
    ] as const)
      expect(Math.abs(grey(share, transfer) - sdr(26))).toBeLessThanOrEqual(3);
  });

  it("keeps highlights apart from each other and from white", () => {
    for (const transfer of ["pq", "hlg"] as const) {
      const white = grey(transfer === "pq" ? 0.58 : 0.75, transfer);
      const peak = grey(transfer === "pq" ? 0.75 : 1, transfer);
      expect(white).toBeGreaterThan(235);
      expect(white).toBeLessThan(245);
      expect(peak).toBeGreaterThan(white + 5);
      expect(peak).toBeLessThanOrEqual(255);
      expect(grey(0, transfer)).toBe(0);
    }
  });
});
