import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { outputFile } from "../../src/cli/arguments.ts";
import { openReplayFiles } from "../../src/cli/replay-files.ts";
import { resolveFfmpeg } from "../../src/ingest/mod.ts";
import { TINY_BUNDLE } from "../support/bundles.ts";
import { makeTempDir, makeVideo } from "../support/media.ts";
import { notice } from "../support/notices.ts";
import { thinkalong } from "../support/program.ts";
import { ProtocolLog } from "../support/protocol-log.ts";

let dir: Awaited<ReturnType<typeof makeTempDir>>;
let clip: string;
beforeAll(async () => {
  dir = await makeTempDir();
  clip = await makeVideo(join(dir.path, "clip.mp4"), { seconds: 4, size: "160x120" });
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
    expect(thoughts.length).toBeGreaterThan(3);

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

  it("hold what was thought until Ctrl-C; lines may go to the standard output in place of the timeline", async () => {
    const vtt = join(dir.path, "stopped.vtt");
    await using program = replay("--vtt", vtt, "--jsonl", "-");
    await program.says(/"response\.reasoning_text\.done"/);
    program.process.kill("SIGINT");
    const { code, stdout, stderr } = await program.ended;
    expect([code, stderr]).toEqual([130, ""]);
    const thoughts = linesOf(stdout).filter(({ event }) => event.type === "response.reasoning_text.done");
    expect(thoughts[0]).toMatchObject({ stream: "session_0", event: { text: expect.stringMatching(/\w/) } });
    expect(await readFile(vtt, "utf8")).toMatch(/^WEBVTT\n\n00:00:0\d\.\d{3} --> 00:00:\d\d\.\d{3}\n\S/);
  });

  it("are refused before anything is played when both want the standard output", async () => {
    const { code, stderr } = await replay("--json", "--jsonl", "-").ended;
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^error: .*Name a file for --jsonl\.\n$/)]);
  });
});

describe("a file that cannot be written", () => {
  it("is refused", async () => {
    const refused = (flags: Parameters<typeof openReplayFiles>[0]) =>
      openReplayFiles(flags).then(
        () => null,
        (error: Error) => `${error.name}: ${error.message}`,
      );
    expect(await refused({ jsonl: "/no/such/folder/x" })).toMatch(/^InvalidArgumentError: .*ENOENT.*--jsonl/);
    expect(await refused({ vtt: "/no/such/folder/x" })).toMatch(/^InvalidArgumentError: .*ENOENT.*--vtt/);
    expect(() => outputFile("-")).toThrow("It must be the name of a file.");
  });

  it.skipIf(!existsSync("/dev/full"))("when the disk is full, is missed in one line", async () => {
    onTestFinished(() => {
      process.exitCode = undefined;
    });
    const said = vi.spyOn(console, "error").mockImplementation(() => {});
    onTestFinished(() => said.mockRestore());
    const files = await openReplayFiles({ jsonl: "/dev/full", vtt: "/dev/full" });
    const { number, event, stream: id, kind } = notice(1);
    for (let i = 0; i < 3; i++) files.take({ id, kind, createdAtMs: 0 }, { number, event });
    await files.close();
    expect(said.mock.calls.map(([line]) => String(line))).toEqual([
      expect.stringMatching(/\/dev\/full cannot be written \(ENOSPC: .*\)\. Lines are missing there\./),
      expect.stringMatching(/\/dev\/full cannot be written \(.*\)\. Subtitles are missing there\./),
    ]);
  });
});
