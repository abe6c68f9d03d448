import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Bundle } from "../../src/models/mod.ts";
import { type ImageEncoder, openImageEncoder } from "../../src/vision/mod.ts";
import { bundleWithEyes, withBothEyes } from "../support/eyes-in-parts.ts";
import { picturePixels } from "../support/frames.ts";

const SIDE = 96;
/** Everything else of a unit that shows these frames. */
const unitOf = (unit: number, frames: Uint8Array) => ({
  ...{ unit, mediaTimeMs: unit * 500 + 250, seconds: [unit === 0 ? 0 : 0.25, 0.25], frames },
});

/** A standing picture with a bright square of so many pixels at a place, twice. */
function withMover(scene: number, x: number, y: number, size: number): Uint8Array {
  const frame = picturePixels(SIDE, SIDE, 0, scene);
  for (let row = y; row < y + size; row++) frame.fill(255, 3 * (row * SIDE + x), 3 * (row * SIDE + x + size));
  return Buffer.concat([frame, frame]);
}

/** Another picture in each frame, twice in a unit: a cut at every unit. */
const cutTo = (unit: number) =>
  Buffer.concat([0, 1].map((i) => picturePixels(SIDE, SIDE, 2 * unit + i, unit + 1)));

const movesAt = (unit: number) => withMover(3, 8 + 8 * (unit % 8), 40, 10);

let one: ImageEncoder;
let parts: ImageEncoder;
let changing: (levels: number) => Promise<ImageEncoder>;
let close: () => Promise<void>;
beforeAll(async () => {
  [one, parts] = await withBothEyes((a, b) => Promise.all([openImageEncoder(a, 1), openImageEncoder(b, 1)]));
  const kept = await bundleWithEyes("parts");
  const { loadBundle } = await import("../../src/models/mod.ts");
  const bundle: Bundle = await loadBundle(kept.path);
  changing = (changedLevels) => openImageEncoder({ ...bundle, changedLevels }, 1);
  close = () => kept[Symbol.asyncDispose]();
});
afterAll(() => close());

/** The visual tokens of units, one after the other. */
async function tokensOf(encoder: ImageEncoder, units: readonly Uint8Array[]): Promise<Float32Array[]> {
  let state = encoder.initialState();
  const tokens: Float32Array[] = [];
  for (const [i, frames] of units.entries()) {
    const [out] = await encoder.encode([{ unit: unitOf(i, frames), state }]);
    ({ state } = out!);
    tokens.push(out!.x);
  }
  return tokens;
}

const worst = (a: readonly Float32Array[], b: readonly Float32Array[]) =>
  Math.max(...a.flatMap((x, i) => [...x].map((value, j) => Math.abs(value - b[i]![j]!))));
const units = (count: number, of: (unit: number) => Uint8Array) =>
  Array.from({ length: count }, (_, i) => of(i));

describe("eyes in four graphs", () => {
  it("compute what the same eyes in one graph do, also side by side", async () => {
    const [a, b] = [units(10, movesAt), units(10, cutTo)];
    const expected = [await tokensOf(one, a), await tokensOf(one, b)];
    let states = [parts.initialState(), parts.initialState()];
    for (let unit = 0; unit < 10; unit++) {
      const inputs = [a, b].map((frames, i) => ({ unit: unitOf(unit, frames[unit]!), state: states[i]! }));
      const outputs = await parts.encode(inputs);
      outputs.forEach(({ x }, i) => {
        expect(worst([x], [expected[i]![unit]!])).toBeLessThan(1e-4);
      });
      states = outputs.map(({ state }) => state);
    }
  });

  it("leave the state that they were given as it was", async () => {
    const encoder = await changing(6);
    const first = await encoder.encode([{ unit: unitOf(0, movesAt(0)), state: encoder.initialState() }]);
    const again = () => encoder.encode([{ unit: unitOf(1, movesAt(1)), state: first[0]!.state }]);
    expect(worst([(await again())[0]!.x], [(await again())[0]!.x])).toBe(0);
  });
});

describe("encoding only what changed", () => {
  it("is exact where the whole picture changes with every unit", async () => {
    const cuts = units(6, cutTo);
    expect(worst(await tokensOf(await changing(6), cuts), await tokensOf(parts, cuts))).toBeLessThan(1e-4);
  });

  it("is exact where every change counts, however small, and pictures come again", async () => {
    const moving = units(6, (unit) => cutTo(Math.floor(unit / 2)));
    expect(worst(await tokensOf(await changing(0), moving), await tokensOf(parts, moving))).toBeLessThan(
      1e-4,
    );
  });

  it("stays close to encoding all of a picture in which something small moves", async () => {
    const moving = units(16, movesAt);
    const [some, all] = [await tokensOf(await changing(6), moving), await tokensOf(parts, moving)];
    const square = (a: readonly Float32Array[], b: readonly Float32Array[]) =>
      a.reduce((sum, x, i) => sum + x.reduce((s, value, j) => s + (value - b[i]![j]!) ** 2, 0), 0);
    const error = square(some, all);
    expect(error).toBeGreaterThan(0);
    // Tokens differ by much less than they do from one unit to the next.
    expect(error).toBeLessThan(0.25 * square(all.slice(1), all.slice(0, -1)));
  });

  it("gives two streams side by side what each gets alone", async () => {
    const [a, b] = [units(5, movesAt), units(5, (unit) => withMover(5, 60, 8 * unit, 9))];
    const expected = [await tokensOf(await changing(6), a), await tokensOf(await changing(6), b)];
    const encoder = await changing(6);
    let states = [encoder.initialState(), encoder.initialState()];
    for (let unit = 0; unit < 5; unit++) {
      const inputs = [a, b].map((frames, i) => ({ unit: unitOf(unit, frames[unit]!), state: states[i]! }));
      const outputs = await encoder.encode(inputs);
      outputs.forEach(({ x }, i) => {
        expect(worst([x], [expected[i]![unit]!])).toBeLessThan(1e-4);
      });
      states = outputs.map(({ state }) => state);
    }
  });
});
