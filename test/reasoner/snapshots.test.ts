import { beforeAll, describe, expect, it } from "vitest";
import { type Bundle, loadBundle } from "../../src/models/mod.ts";
import { TINY_BUNDLE } from "../support/bundles.ts";
import { openRunners, ReasonerRun, type ReasonerRunners } from "../support/reasoner-run.ts";

let bundle: Bundle;
let runners: ReasonerRunners;
beforeAll(async () => {
  bundle = await loadBundle(TINY_BUNDLE);
  runners = await openRunners(bundle);
});

/** A stream that has been thought about, and has one more unit, about which nobody has begun to think. */
async function ready(): Promise<ReasonerRun> {
  const run = new ReasonerRun(bundle, runners, { temperature: 0 });
  for (let unit = 0; unit < 7; unit++) {
    await run.show();
    await run.settle();
  }
  run.ask("question");
  await run.show();
  return run;
}

/** One step of everybody, with something done after it was prepared and before it is run; the last logits of each. */
async function stepWith(run: ReasonerRun, between: () => Promise<void>): Promise<number[][]> {
  const logits: number[][] = [];
  run.runSteps = async (steps) => {
    await between();
    const results = await runners.text.run(steps);
    logits.push(...results.map((rows) => [...rows.at(-1)!]));
    return results;
  };
  await run.step();
  return logits;
}

describe("a step", () => {
  it("does not see a unit that lands while it runs; the next one can", async () => {
    const [disturbed, quiet] = [await ready(), await ready()];
    let newest = Number.NaN;
    const beside = await stepWith(disturbed, async () => {
      newest = disturbed.stream.newestUnit;
      for (let i = 0; i < 3; i++) await disturbed.show();
    });
    const alone = await stepWith(quiet, async () => {});
    expect(beside).toHaveLength(2);
    expect(beside).toEqual(alone);
    expect(disturbed.stream.newestUnit).toBe(newest);
    disturbed.stream.thinkers();
    expect(disturbed.stream.newestUnit).toBe(newest + 3);
  });

  it("of a question looks from one unit to its end, however many land meanwhile", async () => {
    const run = await ready();
    const from = run.stream.newestUnit;
    await run.step();
    for (let i = 0; i < 4; i++) {
      await run.show();
      await run.step();
    }
    await run.settle();
    const [answer] = run.log.answers;
    expect(answer!.unit).toBeLessThanOrEqual(from + 1);
    expect(run.log.thoughts.at(-1)!.unit).toBe(run.stream.newestUnit);
  });
});
