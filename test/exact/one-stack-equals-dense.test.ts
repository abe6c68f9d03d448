import { describe, expect, it } from "vitest";
import { type Checkpoint, familyRuntime, loadModel } from "../../src/models/mod.ts";
import { openCheckpointRunner } from "../../src/reasoner/mod.ts";
import { random } from "../support/random.ts";
import { SEEING } from "../support/tiny-checkpoints.ts";
import { TinyModel } from "../support/tiny-model.ts";
import { maskedDense } from "./masked-dense.ts";
import { OneStackRun } from "./one-stack-run.ts";

const UNITS = 50;

describe.each(SEEING)("a checkpoint with one stack (%s)", (family) => {
  it("says what one dense masked pass over the whole history says, with eviction in both caches", async () => {
    await using model = await TinyModel.make(family);
    const checkpoint = (await loadModel(model.path)) as Checkpoint;
    const runner = await openCheckpointRunner(checkpoint, 1);
    const run = new OneStackRun(checkpoint, runner, {
      windowUnits: 3,
      textWindowTokens: 40,
      instructions: "Say what moves.",
      seed: 11,
    });
    const below = random(5);
    const sides = checkpoint.manifest.vision!.sides;
    const vision = familyRuntime(family).vision(checkpoint.manifest)!;
    for (let unit = 0; unit < UNITS; unit++) {
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
    expect(run.seen).toBe(UNITS);
    expect(run.log.answers.length).toBeGreaterThan(3);
    expect(run.log.all("unit.done").at(-1)!.evictedTokens).toBeGreaterThan(20);
    expect(run.log.thoughts.filter(({ skipped }) => !skipped).length).toBeGreaterThan(0);
    expect(run.widest).toBeGreaterThan(2);
    run.release();
  });
});
