import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { resolveFfmpeg } from "../../src/ingest/mod.ts";
import { TINY_BUNDLE } from "../support/bundles.ts";
import { makeTempDir, makeVideo } from "../support/media.ts";
import { thinkalong } from "../support/program.ts";
import { ProtocolLog } from "../support/protocol-log.ts";

let dir: Awaited<ReturnType<typeof makeTempDir>>;
let clip: string;
beforeAll(async () => {
  dir = await makeTempDir();
  clip = await makeVideo(join(dir.path, "clip.mp4"), { seconds: 6, size: "160x120" });
});
afterAll(() => dir.remove());

const replay = (...args: string[]) => thinkalong(["replay", clip, "--model", TINY_BUNDLE, ...args]);

interface Line {
  readonly id: string;
  readonly stream: string;
  readonly heard_at: string;
  readonly event: { readonly type: string; readonly text?: string; readonly event_id: string };
}

const linesOf = (text: string): Line[] =>
  text
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line));

describe("the files of thinkalong replay", () => {
  it("hold what --json prints of it: lines with a wall time, and subtitles that ffmpeg reads", async () => {
    const [vtt, jsonl] = [join(dir.path, "out.vtt"), join(dir.path, "out.jsonl")];
    await writeFile(vtt, "what was there before\n".repeat(1000));
    const asked = ["--ask", "what is moving @2s", "--ask", "what is moving"];
    const { code, stdout, stderr } = await replay(
      "--pace",
      "max",
      "--json",
      ...asked,
      "--vtt",
      vtt,
      "--jsonl",
      jsonl,
    ).ended;
    expect([code, stderr]).toEqual([0, ""]);
    const log = ProtocolLog.ofLines(stdout);
    const thoughts = log.all("response.reasoning_text.done").filter(({ text }) => text !== "");
    const answers = log.all("response.output_text.done").filter(({ text }) => text.trim() !== "");
    expect(thoughts.length).toBeGreaterThan(5);

    const lines = linesOf(await readFile(jsonl, "utf8"));
    expect(lines.map(({ event }) => event)).toEqual(
      log.events.filter(
        (event) =>
          thoughts.some((thought) => thought === event) ||
          ["response.output_text.done", "session.closed", "session.scene", "stream.state"].includes(
            event.type,
          ) ||
          (event.type === "response.created" && event.response.kind === "answer"),
      ),
    );
    expect(lines.every(({ heard_at }) => Math.abs(Date.parse(heard_at) - Date.now()) < 600_000)).toBe(true);

    const { path: ffmpeg } = await resolveFfmpeg();
    const args = ["-v", "error", "-i", vtt, "-f", "srt", "-"];
    const read = await promisify(execFile)(ffmpeg, args);
    expect(read.stderr).toBe("");
    expect(read.stdout.match(/^\d\d:\d\d:\d\d,\d{3} --> /gm)).toHaveLength(thoughts.length + answers.length);
    expect(await readFile(vtt, "utf8")).not.toContain("what was there before");
  });

  it("may be the standard output in place of the timeline", async () => {
    const { code, stdout, stderr } = await replay("--pace", "max", "--jsonl", "-").ended;
    expect([code, stderr]).toEqual([0, ""]);
    expect(linesOf(stdout).at(-1)).toMatchObject({ stream: "session_0", event: { type: "session.closed" } });
  });

  it("hold what was thought until Ctrl-C", async () => {
    const vtt = join(dir.path, "stopped.vtt");
    await using program = replay("--vtt", vtt);
    await program.says(/0:0[1-6]\.\d {2}\w/);
    program.process.kill("SIGINT");
    expect((await program.ended).code).toBe(130);
    expect(await readFile(vtt, "utf8")).toMatch(/^WEBVTT\n\n00:00:0\d\.\d{3} --> 00:00:\d\d\.\d{3}\n\S/);
  });

  it.skipIf(!existsSync("/dev/full"))(
    "do not end a replay when the disk is full, and are then missing in one line",
    async () => {
      const { code, stdout, stderr } = await replay("--pace", "max", "--jsonl", "/dev/full").ended;
      expect(code).toBe(1);
      expect(stderr).toMatch(
        /^error: \/dev\/full cannot be written \(ENOSPC: .*\)\. Lines are missing there\.\n$/,
      );
      expect(stdout).toContain("12 units seen");
    },
  );

  it.each<[string, string[], RegExp]>([
    ["lines in no folder", ["--jsonl", "/no/such/folder/x"], /ENOENT.*--jsonl/],
    ["subtitles in no folder", ["--vtt", "/no/such/folder/x"], /ENOENT.*--vtt/],
    ["subtitles on the standard output", ["--vtt", "-"], /name of a file/],
    ["two things on the standard output", ["--json", "--jsonl", "-"], /Name a file for --jsonl/],
  ])("are refused before anything is played: %s", async (_, args, words) => {
    const { code, stderr } = await replay(...args).ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(words);
    expect(stderr.match(/error:/g)).toHaveLength(1);
  });
});
