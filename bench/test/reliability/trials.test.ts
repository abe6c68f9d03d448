import { describe, expect, it } from "vitest";
import { MAIN } from "../../../test/support/program.ts";
import { TRIALS } from "../../reliability/mod.ts";

type Trial = (typeof TRIALS)[number];

const program = [process.execPath, MAIN] as const;
/** They compare delays, so nothing may run beside them. */
const timed = (trial: Trial) => trial.name === "attackers";

async function expectHeld(trial: Trial): Promise<void> {
  const { findings } = await trial.run({
    size: "short",
    minutes: null,
    seed: 1,
    program,
    signal: new AbortController().signal,
    onProgress: () => {},
  });
  expect(findings.length).toBeGreaterThan(0);
  expect(findings.filter(({ held }) => !held)).toEqual([]);
}

describe("a whole server holds, in short", () => {
  it.each(TRIALS.filter(timed))("$name: $title", expectHeld);
  it.concurrent.each(TRIALS.filter((trial) => !timed(trial)))("$name: $title", expectHeld);
});
