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

/** Thinks about some units, with a question now and then. */
async function run(draftWords: number, temperature: number): Promise<ReasonerRun> {
  const it = new ReasonerRun(bundle, runners, { temperature, thoughtTokens: 6 }, draftWords);
  for (let unit = 0; unit < 60; unit++) {
    await it.show();
    if (unit % 6 === 5) it.ask(`answer-${unit}`);
    await it.settle();
  }
  return it;
}

/** What each thinker said, delta by delta; which of them said it first depends on who needed fewer steps. */
function said(run: ReasonerRun) {
  const { log } = run;
  return {
    thoughts: log.thoughts.map(({ unit, task, text, stop, tokens }) => {
      return [unit, log.streamed(task), text, stop, tokens];
    }),
    answers: log.answers
      .map(({ task, text, outcome, unit }) => [task, log.streamed(task), text, outcome, unit])
      .sort(),
  };
}

describe("drafts", () => {
  it("change nothing of what is said, token by token, and save steps", async () => {
    const [with4, without] = [await run(4, 0), await run(0, 0)];
    expect(said(with4)).toEqual(said(without));
    const { thoughts, answers } = with4.drafters;
    expect(thoughts.counts.accepted).toBeGreaterThan(20);
    expect(thoughts.counts.accepted + answers.counts.accepted).toBeLessThan(
      thoughts.counts.drafted + answers.counts.drafted,
    );
    expect(with4.fed.length).toBeLessThan(without.fed.length);
  });

  it("are not made where words are drawn at random", async () => {
    const { drafters, fed } = await run(4, 1);
    expect(drafters.thoughts.counts.drafted + drafters.answers.counts.drafted).toBe(0);
    expect(
      Math.max(...fed.filter(({ tokens }) => tokens.length < 4).map(({ tokens }) => tokens.length)),
    ).toBe(1);
  });
});
