import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ChatServer } from "../../../test/support/chat-server.ts";
import { deterministicChat } from "../../../test/support/deterministic-chat.ts";
import { makeTempDir } from "../../../test/support/media.ts";
import { startNode } from "../../../test/support/program.ts";
import { rowsOf } from "../../prompting/prompted-section.ts";
import { chanceF1, scoreSpeaking } from "../../prompting/scores.ts";
import { readToldClips, TOLD_CLIPS, type ToldClip } from "../../prompting/told-clips.ts";

/** A clip in which something happens where there is an x. */
const clip = (units: string): ToldClip => ({
  seed: 1,
  units: [...units].map((letter, at) => ({
    mediaTimeMs: at * 1000,
    sentence: `Sentence ${letter}.`,
    still: at > 0 && units[at - 1] === letter,
    happens: letter === "x" ? ["a car stops"] : [],
  })),
});

describe("clips that are told", () => {
  it("are 50 of 30 units, as a camera would show them", async () => {
    const clips = await readToldClips(TOLD_CLIPS);
    expect(clips.map(({ units }) => units.length)).toEqual(new Array(50).fill(30));
    for (const { units } of clips)
      for (const [at, unit] of units.entries())
        expect(unit.still).toBe(at > 0 && unit.sentence === units[at - 1]!.sentence);
    const all = clips.flatMap(({ units }) => units.slice(1));
    const happens = all.filter((unit) => unit.happens.length > 0);
    expect(happens.length / all.length).toBeGreaterThan(0.2);
    // A change of the sentence gives much away, but not all.
    expect(happens.filter(({ still }) => still).length).toBeGreaterThan(0);
    expect(all.filter((unit) => !unit.still && unit.happens.length === 0).length).toBeGreaterThan(50);
  });
});

describe("scores of speaking", () => {
  it("compare the units in which it spoke with those in which something happens, but for the first", () => {
    const thoughts = ["one", "two", null, "three", null, "four"];
    const { f1, precision, recall, spoke } = scoreSpeaking([{ clip: clip("xx.xx."), thoughts }]);
    expect(precision.value).toBeCloseTo(2 / 3);
    expect(recall.value).toBeCloseTo(2 / 3);
    expect(f1.value).toBeCloseTo(2 / 3);
    expect(spoke.value).toBeCloseTo(3 / 5);
  });

  it("count thoughts that were said before, word for word but for times, and nearly so", () => {
    const all = [
      "At 0:01 a red car stops.",
      "at 0:12, a red car stops",
      "At 0:13 a red car stops there.",
      "A dog.",
    ];
    const { verbatim, nearly } = scoreSpeaking([
      { clip: clip("xxxx"), thoughts: all },
      { clip: clip("x"), thoughts: ["A dog."] },
    ]);
    expect(verbatim.value).toBeCloseTo(1 / 5);
    expect(nearly.value).toBeCloseTo(2 / 5);
  });

  it("know what chance is: who always speaks has the F1 of the share in which something happens", () => {
    const { f1 } = scoreSpeaking([{ clip: clip(".x..x"), thoughts: ["a", "a", "a", "a", "a"] }]);
    expect(chanceF1(0.5, 1)).toBeCloseTo(f1.value);
    expect(chanceF1(0.5, 0)).toBe(0);
  });

  it("stand beside those of saying something each unit, of the sentences alone, and of silence", () => {
    const clips = [clip("..xx..")];
    const said = clips[0]!.units.map(() => ({ text: "a", because: null, prefilled: 1, generated: 1 }));
    const rows = rowsOf(clips, { policy: [said.map((one) => ({ ...one, text: null }))], eachUnit: [said] });
    expect(rows.map(({ name, speaking }) => [name, speaking.recall.value, speaking.spoke.value])).toEqual([
      ["the policy", 0, 0],
      ["says something each unit", 1, 1],
      ["without a model: each unit that is not still", 0.5, 0.4],
      ["never speaks", 0, 0],
    ]);
    expect(rows[1]!.repeating!.verbatim.value).toBeCloseTo(5 / 6);
  });
});

describe("npm run eval:prompted", () => {
  let dir: Awaited<ReturnType<typeof makeTempDir>>;
  beforeEach(async () => {
    dir = await makeTempDir();
  });
  afterEach(() => dir.remove());
  const evaluate = (...args: readonly string[]) =>
    startNode(["bench/main.ts", "eval:prompted", ...args]).ended;

  it("teaches in --help", async () => {
    const { code, stdout } = await evaluate("--help");
    expect(code).toBe(0);
    for (const word of [
      "<url>",
      "--only",
      "--baseline",
      "--out",
      "stages.sentences",
      "$ npm run eval:prompted -- ",
    ])
      expect(stdout).toContain(word);
  });

  it("measures a model, goes on where it was stopped, and writes the report", async () => {
    await using server = await ChatServer.start({ chats: [deterministicChat()] });
    const [{ seed, units }, second] = (await readToldClips(TOLD_CLIPS)) as [ToldClip, ToldClip];
    const silence = { text: null, because: "still", prefilled: 0, generated: 0 };
    const done = { policy: "policy", seed, said: units.map(() => silence) };
    await writeFile(join(dir.path, "checkpoint.jsonl"), `${JSON.stringify(done)}\n`);
    const args = ["--only", "2", "--baseline", "1", "--name", "played", "--out", dir.path];
    const { code, stdout } = await evaluate(server.url, ...args);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^the policy .*\n.*^says something each unit .*\n/ms);
    expect((await readdir(dir.path)).sort()).toEqual(["README.md", "prompted-speaking.svg", "results.json"]);
    const page = await readFile(join(dir.path, "README.md"), "utf8");
    expect(page).toContain("`npm run eval:prompted -- URL --only 2 --baseline 1`");
    expect(page).toContain("measured on 1 of the clips");
    const asked = server.chatsGot.map(({ body }) => JSON.stringify(body.messages));
    const decisions = asked.filter((messages) => messages.includes("do you speak or stay silent"));
    expect(decisions).toHaveLength(second.units.filter(({ still }) => !still).length);
    expect(asked.length).toBeGreaterThan(30);
  });

  it("says what is wrong when nothing answers", async () => {
    const { code, stderr } = await evaluate("http://127.0.0.1:1", "--out", dir.path);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: .*127\.0\.0\.1:1/m);
  });
});
