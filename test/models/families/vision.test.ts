import { describe, expect, it } from "vitest";
import { axesOf, type Position } from "../../../src/cache/mod.ts";
import { type FamilyVision, familyRuntime } from "../../../src/models/families/mod.ts";
import {
  eyesOf,
  type Golden,
  goldenFrames,
  greatestDifference,
  readEncoder,
  readGolden,
  SEEING,
  type SeeingFamily,
} from "../../support/tiny-checkpoints.ts";

const eyes = (family: SeeingFamily, fps: number, units?: number): FamilyVision =>
  familyRuntime(family).vision(eyesOf(family, fps, units) as never)!;

/** Patches in rows of the picture, one channel after the other: `[3, height, width]`. */
function unpatched(patches: Float32Array, side: number, patch: number, merge: number): Float32Array {
  const pixels = new Float32Array(patches.length);
  const blocks = side / patch / merge;
  for (const [i, value] of patches.entries()) {
    const inPatch = i % (3 * patch * patch);
    const order = Math.floor(i / (3 * patch * patch));
    const [block, inBlock] = [Math.floor(order / (merge * merge)), order % (merge * merge)];
    const row = Math.floor(block / blocks) * merge + Math.floor(inBlock / merge);
    const column = (block % blocks) * merge + (inBlock % merge);
    const channel = Math.floor(inPatch / (patch * patch));
    const y = row * patch + (Math.floor(inPatch / patch) % patch);
    const x = column * patch + (inPatch % patch);
    pixels[(channel * side + y) * side + x] = value;
  }
  return pixels;
}

/** A stream of units laid out one after the other behind a prefix. */
function laidOut(
  vision: FamilyVision,
  units: number,
  fps: number,
  size: { width: number; height: number },
  start: number,
  encode: (text: string) => readonly number[],
): { tokens: (number | null)[]; positions: Position[]; end: Position } {
  const tokens: (number | null)[] = [];
  const positions: Position[] = [];
  let end: Position = start;
  for (let unit = 0; unit < units; unit++) {
    const seconds = (unit * vision.framesPerUnit) / fps;
    const lastSeconds = seconds + (vision.framesPerUnit - 1) / fps;
    const layout = vision.layOut({ unit, size, seconds, lastSeconds, start: end }, encode);
    expect(layout.positions.length).toBe(layout.tokens.length);
    tokens.push(...layout.tokens);
    positions.push(...layout.positions);
    end = layout.end;
  }
  return { tokens, positions, end };
}

const onAxes = (positions: readonly Position[]): number[][] =>
  [0, 1, 2].map((axis) => positions.map((position) => axesOf(position)[axis]!));

/** The token that stands for a visual token in the processor's ids. */
const PAD = {
  idefics3: "<image>",
  "qwen2-vl": "<|video_pad|>",
  "qwen2.5-vl": "<|video_pad|>",
  "qwen3-vl": "<|video_pad|>",
};

describe.each(SEEING)("the eyes of %s", async (family) => {
  const golden: Golden = await readGolden(family);
  const encode = await readEncoder(family);
  const { width, height, frames, rendered, ids } = golden.prompt;
  const vision = eyes(family, golden.fps, family === "idefics3" ? frames : undefined);

  it("normalise and cut a picture as the processor does", () => {
    for (const [i, size] of golden.units.entries()) {
      const pixels = golden.tensors.get(`unit.${i}.pixels`);
      const bytes = goldenFrames(0, vision.framesPerUnit, size.width, size.height);
      const { data } = vision.towerInputs(bytes, size).patches!;
      expect(vision.visualTokens(size)).toBe(golden.tensors.get(`unit.${i}.features`)!.dims[0]);
      if (pixels === undefined) continue;
      const patches = data as Float32Array;
      const mine = family === "idefics3" ? unpatched(patches, size.width, 4, 3) : patches;
      expect(greatestDifference(mine, pixels.data)).toBeLessThan(1e-6);
    }
    expect(golden.tensors.has("unit.0.pixels")).toBe(true);
  });

  it("scale a picture to the size that the processor scales it to", () => {
    for (const [w, h, toWidth, toHeight] of golden.resized) {
      const side = family === "idefics3" ? 48 : 640;
      const size = vision.frameSize({ width: w, height: h }, side);
      expect([w, h, size.width, size.height]).toEqual([w, h, toWidth, toHeight]);
    }
  });

  it("never exceed the longest side, and keep whole visual tokens", () => {
    for (const side of [24, 47, 64]) {
      for (const [width, height] of [
        [640, 360],
        [360, 640],
        [1000, 30],
        [48, 48],
        [2, 3],
      ] as const) {
        const size = vision.frameSize({ width, height }, side);
        expect(Math.max(size.width, size.height)).toBeLessThanOrEqual(side);
        const unit = family === "idefics3" ? 12 : 8;
        expect([size.width % unit, size.height % unit, size.width * size.height > 0]).toEqual([0, 0, true]);
        expect(Number.isInteger(vision.visualTokens(size))).toBe(true);
      }
    }
    if (family === "idefics3") return;
    // Proportions are kept as well as whole visual tokens allow.
    expect(vision.frameSize({ width: 640, height: 390 }, 64)).toEqual({ width: 64, height: 40 });
  });

  it("lay units out in the tokens of the processor", () => {
    const units = frames / vision.framesPerUnit;
    const { tokens } = laidOut(vision, units, golden.fps, { width, height }, 0, encode);
    // The golden of Qwen3-VL was rendered with the frames in place of all three tokens.
    const at = family === "qwen3-vl" ? "<|video_pad|>" : vision.placeholder.rendered;
    const [before, after, ...more] = rendered.split(at);
    expect(more).toEqual([]);
    const pad = encode(PAD[family])[0]!;
    const all = [
      ...encode(before! + vision.intro({ units, unitMs: (1000 * vision.framesPerUnit) / golden.fps })),
      ...tokens.map((token) => token ?? pad),
      ...encode(vision.outro + after),
    ];
    expect(all).toEqual(ids);
  });

  it.skipIf(family === "idefics3")("give positions that get_rope_index gives", () => {
    const pad = encode(PAD[family])[0]!;
    for (const { fps, units, grid, ids: tokens, positions } of golden.long!) {
      const size = { width: grid[1] * 4, height: grid[0] * 4 };
      const long = eyes(family, fps);
      // Three tokens of a prefix. In place of a time as text the golden has one token.
      const one = (text: string): number[] => (text.endsWith("<|vision_start|>") ? [7, 8] : [9]);
      const made = laidOut(long, units, fps, size, 3, one);
      const video = (axis: readonly number[]): number[] => axis.slice(3, -2);
      expect(onAxes(made.positions)).toEqual(positions.map(video));
      expect(made.tokens.filter((token) => token === null).length).toBe(
        tokens.filter((token) => token === pad).length,
      );
      const behind = Math.max(...positions.flatMap(video)) + 1;
      expect(Math.max(...axesOf(made.end))).toBe(behind);
      // What follows one image or one unit with its own end begins where transformers lets it begin.
      if (family === "qwen3-vl") expect(positions[0].at(-2)).toBe(behind);
    }
  });

  it("are those of the prompt's golden, too", () => {
    const positions = golden.prompt.positions;
    if (positions === undefined) return;
    const units = frames / vision.framesPerUnit;
    const before = encode(rendered.split("<|video_pad|>")[0]!).length;
    const made = laidOut(vision, units, golden.fps, { width, height }, before, encode);
    const end = before + made.positions.length;
    expect(onAxes(made.positions)).toEqual(positions.map((axis) => axis.slice(before, end)));
    expect(positions.map((axis) => axis[end])).toEqual(new Array(3).fill(Math.max(...axesOf(made.end))));
  });
});
