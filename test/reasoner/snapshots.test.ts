import { beforeAll, describe, expect, it } from "vitest";
import { type Bundle, loadBundle } from "../../src/models/mod.ts";
import { TINY_BUNDLE } from "../support/bundles.ts";
import { openRunners, ReasonerRun, type ReasonerRunners } from "../support/reasoner-run.ts";

let bundle: Bundle;
let sessions: ReasonerRunners;
beforeAll(async () => {
  bundle = await loadBundle(TINY_BUNDLE);
  sessions = await openRunners(bundle);
});

/** A mind that has thought about some units and has another one, about which it has not begun to think. */
async function ready(): Promise<ReasonerRun> {
  const run = new ReasonerRun(bundle, sessions, { temperature: 0 });
  for (let unit = 0; unit < 7; unit++) {
    await run.see();
    await run.settle();
  }
  run.ask("question");
  await run.see();
  return run;
}

/** One step of everybody, with something done between its preparation and its run. */
async function stepWith(run: ReasonerRun, between: () => Promise<void>): Promise<number[][]> {
  const turns = run.mind.thinkers().map((thinker) => ({ thinker, step: thinker.prepare()! }));
  await between();
  const results = await sessions.think.run(turns.map(({ step }) => step));
  const logits = results.map((rows) => [...rows.at(-1)!]);
  turns.forEach(({ thinker }, i) => {
    thinker.accept(results[i]!);
  });
  return logits;
}

describe("a step", () => {
  it("does not see a unit that lands while it runs; the next one can", async () => {
    const [disturbed, quiet] = [await ready(), await ready()];
    let newest = Number.NaN;
    const beside = await stepWith(disturbed, async () => {
      newest = disturbed.mind.newestUnit;
      for (let i = 0; i < 3; i++) await disturbed.see();
    });
    const alone = await stepWith(quiet, async () => {});
    expect(beside).toHaveLength(2);
    expect(beside).toEqual(alone);
    expect(disturbed.mind.newestUnit).toBe(newest);
    disturbed.mind.thinkers();
    expect(disturbed.mind.newestUnit).toBe(newest + 3);
  });

  it("of a question looks from one unit to its end, however many land meanwhile", async () => {
    const run = await ready();
    const from = run.mind.newestUnit;
    await run.round();
    for (let i = 0; i < 4; i++) {
      await run.see();
      await run.round();
    }
    await run.settle();
    const [answer] = run.log.answers;
    expect(answer!.unit).toBeLessThanOrEqual(from + 1);
    expect(run.log.thoughts.at(-1)!.unit).toBe(run.mind.newestUnit);
  });
});
