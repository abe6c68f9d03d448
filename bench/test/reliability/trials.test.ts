import { describe, expect, it } from "vitest";
import { MAIN } from "../../../test/support/program.ts";
import { TRIALS } from "../../reliability/mod.ts";

const program = [process.execPath, MAIN] as const;

describe("a whole server holds, in short", () => {
  it.each(TRIALS)("$name: $title", async (trial) => {
    const { signal } = new AbortController();
    const { findings } = await trial.run({
      size: "short",
      minutes: null,
      seed: 1,
      program,
      signal,
      onProgress: () => {},
    });
    expect(findings.filter(({ held }) => !held)).toEqual([]);
  });
});
