import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { TINY_BUNDLE } from "../../../test/support/bundles.ts";
import { LABELLED_CLIPS } from "../../../test/support/clips.ts";
import { eventually, isAlive, makeTempDir, tracedFfmpeg } from "../../../test/support/media.ts";
import { startNode } from "../../../test/support/program.ts";

const evaluate = (args: readonly string[], env = {}) => startNode(["bench/main.ts", "eval", ...args], env);

let dir: Awaited<ReturnType<typeof makeTempDir>>;
beforeEach(async () => {
  dir = await makeTempDir();
});
afterEach(() => dir.remove());

describe("npm run eval", () => {
  it("teaches in --help", async () => {
    const { code, stdout, stderr } = await evaluate(["--help"]).ended;
    expect([code, stderr]).toEqual([0, ""]);
    for (const word of [
      "--clips",
      "--model",
      "--out",
      "--only",
      "--positions",
      "--lengths",
      "--orders",
      "--last4",
    ])
      expect(stdout).toContain(word);
    expect(stdout).toContain("$ npm run eval -- ");
    expect(stdout).toContain("oldestS");
  });

  it("prints the targets, or all figures as JSON, and writes the report", async () => {
    const args = ["--model", TINY_BUNDLE, "--only", "1"];
    const plain = await evaluate([...args, "--out", join(dir.path, "plain")]).ended;
    expect(plain.code).toBe(0);
    expect(plain.stdout).toMatch(/event clauses by verb and place, F1 .* ≥ 0\.9 +not met\n/);
    expect(plain.stdout).not.toContain("**");
    expect(await readdir(join(dir.path, "plain"))).toContain("README.md");
    const json = await evaluate([...args, "--json", "--out", join(dir.path, "json")]).ended;
    expect(json.stdout).toBe(await readFile(join(dir.path, "json", "results.json"), "utf8"));
    expect(JSON.parse(json.stdout)).toMatchObject({ command: "npm run eval -- --model DIR --only 1" });
  });

  it.each<[string, string[], RegExp]>([
    ["an unknown scheme", ["--positions", "real-time,sideways"], /There is no position scheme "sideways"/],
    ["a length that is none", ["--lengths", "1,long"], /"long" is not a number of minutes/],
    ["no folder", ["--clips", "/nowhere"], /^error: There is no folder of clips at \/nowhere\.\n$/],
    ["no model", ["--model", "/nowhere"], /^error: .*\/nowhere.*\n$/],
  ])("says what is wrong: %s", async (_, args, message) => {
    const { code, stdout, stderr } = await evaluate(args).ended;
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(message);
  });

  it("names the file and the field of a bad label", async () => {
    const label = JSON.parse(await readFile(join(LABELLED_CLIPS, "street-0.json"), "utf8"));
    label.events[2].t = "soon";
    await mkdir(join(dir.path, "clips"));
    await writeFile(join(dir.path, "clips", "bad.json"), JSON.stringify(label));
    const { code, stderr } = await evaluate(["--clips", join(dir.path, "clips")]).ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: .*bad\.json is not a valid label file: events\.2\.t: .*\n$/);
  });

  it("ends at once with Ctrl-C, writes nothing and leaves no ffmpeg behind", async () => {
    const { binary, pids } = await tracedFfmpeg(dir.path);
    const out = join(dir.path, "out");
    await using program = evaluate(["--model", TINY_BUNDLE, "--out", out], {
      FFMPEG_PATH: binary.path,
    });
    await eventually(async () => (await pids()).length >= 4, "clips are under way");
    program.process.kill("SIGINT");
    const { code, stderr } = await program.ended;
    expect(code).toBe(130);
    expect(stderr).toMatch(/error: Stopped; nothing was written\.\n$/);
    expect(existsSync(out)).toBe(false);
    for (const pid of await pids()) await eventually(() => !isAlive(pid), `ffmpeg ${pid} is gone`);
  });
});
