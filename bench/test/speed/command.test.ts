import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { TINY_BUNDLE } from "../../../test/support/bundles.ts";
import { eventually, makeTempDir } from "../../../test/support/media.ts";
import { startNode } from "../../../test/support/program.ts";

const bench = (args: readonly string[]) => startNode(["bench/main.ts", "bench", ...args]);

describe("npm run bench", () => {
  it("teaches its experiments in --help", async () => {
    const { code, stdout, stderr } = await bench(["--help"]).ended;
    expect([code, stderr]).toEqual([0, ""]);
    for (const word of ["--only", "--long", "--out", "--model", "--threads", "paradigms", "endless", "many"])
      expect(stdout).toContain(word);
    expect(stdout).toContain("$ npm run bench -- ");
  });

  it("names the experiments that there are when one is unknown", async () => {
    const { code, stdout, stderr } = await bench(["--only", "many,speed"]).ended;
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/There is no experiment "speed"; there are: .*paradigms.*many/);
  });

  it("says what is wrong with a model, in a line", async () => {
    const { code, stderr } = await bench(["--model", "/nowhere"]).ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: .*\/nowhere.*\n$/);
  });

  it("ends at once with Ctrl-C, writes nothing and says what is missing", async () => {
    const dir = await makeTempDir();
    const out = join(dir.path, "out");
    try {
      await using program = bench(["--only", "many", "--model", TINY_BUNDLE, "--out", out]);
      await eventually(() => program.stderr.includes("16 streams"), "it is under way");
      program.process.kill("SIGINT");
      const { code, stderr } = await program.ended;
      expect(code).toBe(130);
      expect(stderr).toMatch(/error: Stopped\. .*many\.\n$/);
      expect(existsSync(out)).toBe(false);
    } finally {
      await dir.remove();
    }
  });
});
