import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { TRIALS } from "../../reliability/mod.ts";

const root = join(import.meta.dirname, "../../..");
const program = [process.execPath, "--import", "tsx", join(root, "src/cli/main.ts")] as const;

describe("a whole server holds, in short", () => {
  it.each(TRIALS)("$name: $title", async (trial) => {
    const { signal } = new AbortController();
    const { findings } = await trial.run({ size: "short", seed: 1, program, signal, onProgress: () => {} });
    expect(findings.filter(({ held }) => !held)).toEqual([]);
  });
});
