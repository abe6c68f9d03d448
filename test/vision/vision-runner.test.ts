import { beforeAll, describe, expect, it } from "vitest";
import { type Bundle, loadBundle } from "../../src/models/mod.ts";
import { openVisionRunner, type VisionRunner, type VisualUnit } from "../../src/vision/mod.ts";
import { TINY_BUNDLE } from "../support/bundles.ts";
import { picturePixels } from "../support/frames.ts";

let bundle: Bundle;
let runner: VisionRunner;
beforeAll(async () => {
  bundle = await loadBundle(TINY_BUNDLE);
  runner = await openVisionRunner(bundle, 1);
});

const open = (stillLevels: number | null = null) =>
  runner.openStream({ windowUnits: 4, positions: "real-time", stillLevels });

function frames(unit: number, scene: number) {
  const { width, height } = bundle.manifest.vision;
  const pixels = Buffer.concat([0, 1].map((i) => picturePixels(width, height, 2 * unit + i, scene)));
  return { unit, mediaTimeMs: unit * 500 + 250, seconds: [unit === 0 ? 0 : 0.25, 0.25], frames: pixels };
}

function worst(a: VisualUnit, b: VisualUnit): number {
  const pairs = [
    [a.unit.kv.key, b.unit.kv.key],
    [a.unit.kv.value, b.unit.kv.value],
  ] as const;
  return Math.max(...pairs.flatMap(([x, y]) => [...x].map((v, i) => Math.abs(v - y[i]!))));
}

describe("units of several streams seen together", () => {
  it("are what each would be alone, whatever the others are at", async () => {
    const scenes = [1, 2, 3];
    const together = scenes.map(() => open());
    const alone = scenes.map(() => open());
    // The third joins late, the first leaves early.
    for (let step = 0; step < 12; step++) {
      const active = scenes.map((_, i) => i).filter((i) => (i === 2 ? step >= 4 : i === 0 ? step < 9 : true));
      const unitOf = (i: number) => frames(i === 2 ? step - 4 : step, scenes[i]!);
      const batch = await runner.run(active.map((i) => ({ vision: together[i]!, unit: unitOf(i) })));
      for (const [at, i] of active.entries()) {
        const [single] = await runner.run([{ vision: alone[i]!, unit: unitOf(i) }]);
        expect(worst(batch[at]!, single!)).toBeLessThan(1e-5);
      }
    }
  });
});

describe("a still unit", () => {
  it("gets the tokens of the one before, at a time of its own, beside one that is encoded", async () => {
    const { width, height } = bundle.manifest.vision;
    const same = Buffer.concat([0, 1].map(() => picturePixels(width, height, 7)));
    const [quiet, busy] = [open(6), open(6)];
    const seen: VisualUnit[][] = [];
    for (let unit = 0; unit < 5; unit++) {
      const still = { ...frames(unit, 1), frames: same };
      seen.push(
        await runner.run([
          { vision: quiet, unit: still },
          { vision: busy, unit: frames(unit, 2) },
        ]),
      );
    }
    expect(seen.map(([a, b]) => [a!.still, b!.still])).toEqual([
      [false, false],
      [false, false],
      [true, false],
      [true, false],
      [true, false],
    ]);
    expect(seen[3]![0]!.unit).toMatchObject({ unit: 3, mediaTimeMs: 1750 });
    // The same picture, further on in time: keys are rotated otherwise.
    expect(worst(seen[3]![0]!, seen[4]![0]!)).toBeGreaterThan(1e-3);
  });

  it("hands the time that passed unseen to the next that is encoded", () => {
    const { width, height } = bundle.manifest.vision;
    const vision = open(6);
    const same = Buffer.concat([0, 1].map(() => picturePixels(width, height, 7)));
    const fed = Array.from({ length: 4 }, (_, unit) => vision.toEncode({ ...frames(unit, 1), frames: same }));
    expect(fed.map((input) => input?.unit.seconds ?? null)).toEqual([[0, 0.25], [0.25, 0.25], null, null]);
    expect(vision.toEncode(frames(4, 2))?.unit.seconds).toEqual([1.25, 0.25]);
  });
});
