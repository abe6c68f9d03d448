import { describe, expect, it } from "vitest";
import { type Checkpoint, familyRuntime, loadModel, withSettings } from "../../src/models/mod.ts";
import { openCheckpointRunner } from "../../src/reasoner/mod.ts";
import { random } from "../support/random.ts";
import { SEEING } from "../support/tiny-checkpoints.ts";
import { TinyModel } from "../support/tiny-model.ts";
import { maskedDense } from "./masked-dense.ts";
import { OneStackRun } from "./one-stack-run.ts";

interface Case {
  readonly family: (typeof SEEING)[number];
  readonly units: number;
  /** Whether it was trained to think while it sees. */
  readonly thinks?: boolean;
  /** Whether it speaks about each unit, without being asked whether to. */
  readonly everyUnit?: boolean;
  /** What its bundle says otherwise than the converter. */
  readonly cache?: Partial<Checkpoint["manifest"]["cache"]>;
}

const INTERLEAVED = { mask: "interleaved", positions: "growing" } as const;
const cases: readonly Case[] = [
  ...SEEING.map((family) => ({ family, units: 20, everyUnit: family === "qwen2.5-vl" })),
  { family: "qwen2.5-vl", thinks: true, units: 20 },
  // Each mask, way of counting and policy with another family.
  { family: "qwen2-vl", thinks: true, units: 15, cache: { mask: "streamed", visual_sink_units: 1 } },
  { family: "qwen3-vl", units: 10, cache: INTERLEAVED },
  { family: "idefics3", thinks: true, units: 15, cache: { ...INTERLEAVED, visual_sink_units: 2 } },
];
const name = ({ family, thinks = false, everyUnit = false, cache = {} }: Case) =>
  [
    family,
    ...(thinks ? ["thinks before it speaks"] : []),
    ...(everyUnit ? ["speaks about each unit"] : []),
    ...Object.values(cache),
  ].join(", ");

describe.each(cases.map((each) => [name(each), each] as const))(
  "a checkpoint with one stack (%s)",
  (_, { family, units, thinks = false, everyUnit = false, cache = {} }) => {
    it("says what one dense masked pass over the whole history says, with eviction in both caches", async () => {
      await using model = await TinyModel.make(family, "fp32", thinks);
      const loaded = withSettings((await loadModel(model.path)) as Checkpoint, { everyUnit });
      const { manifest } = loaded;
      const checkpoint = { ...loaded, manifest: { ...manifest, cache: { ...manifest.cache, ...cache } } };
      const runner = await openCheckpointRunner(checkpoint, 1);
      const run = new OneStackRun(checkpoint, runner, {
        windowUnits: 3,
        textWindowTokens: 40,
        instructions: "Say what moves.",
        seed: 11,
      });
      const below = random(5);
      const sides = manifest.vision!.sides;
      const vision = familyRuntime(family).vision(checkpoint.manifest)!;
      for (let unit = 0; unit < units; unit++) {
        const [wide, high] = below(2) === 0 ? [64, 48] : [40, 64];
        run.show(vision.frameSize({ width: wide, height: high }, sides.at(-1)!), below(10) === 0 ? 2000 : 0);
        if (below(5) === 0) run.ask(["What is that?", "How many people are there, and where?"][below(2)]!);
        for (let steps = below(14); steps > 0; steps--) await run.step();
      }
      await run.settle();

      const dense = await maskedDense(checkpoint, run.history);
      let worst = 0;
      for (const { token, logits } of run.recorded)
        logits.forEach((value, i) => {
          worst = Math.max(worst, Math.abs(value - dense[token]![i]!));
        });
      expect(worst).toBeLessThan(1e-4);
      expect(run.seen).toBe(units);
      expect(run.log.answers.length).toBeGreaterThan(units / 25);
      expect(run.log.all("seen").at(-1)!.evictedUnits).toBeGreaterThan(units / 2);
      expect(run.log.all("unit.done").at(-1)!.evictedTokens).toBeGreaterThan(20);
      expect(run.log.thoughts.filter(({ skipped }) => !skipped).length).toBeGreaterThan(0);
      expect(run.widest).toBeGreaterThan(checkpoint.manifest.cache.mask === "interleaved" ? 1 : 2);
      run.release();
    });
  },
);
