import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TINY_BUNDLE } from "../support/bundles.ts";
import { makeTempDir, makeVideo } from "../support/media.ts";
import { thinkalong } from "../support/program.ts";
import { screenOf, thinkalongOnTerminal } from "../support/terminal.ts";

let dir: Awaited<ReturnType<typeof makeTempDir>>;
let clip: string;
beforeAll(async () => {
  dir = await makeTempDir();
  clip = await makeVideo(join(dir.path, "clip.mp4"), { seconds: 4, size: "160x120" });
});
afterAll(() => dir.remove());

const QUESTIONS = ["what is moving now", "how many cars are there", "what is moving there now"];
const TOO_LONG = "how many cars ".repeat(6).trim();
const args = (...more: string[]) => ["replay", clip, "--model", TINY_BUNDLE, "--pace", "max", ...more];
const asking = [...QUESTIONS, TOO_LONG].flatMap((question) => ["--ask", question]);
const oneLine = (rows: readonly string[]) => rows.join(" ").replace(/\s+/g, " ");

describe("thinkalong replay on a terminal", () => {
  it.each([40, 60, 80, 200])("loses, cuts and reorders nothing at %i columns", async (columns) => {
    const { code, stdout } = await thinkalongOnTerminal(columns, args(...asking)).ended;
    expect(code).toBe(1);
    const screen = screenOf(stdout, columns);
    const text = oneLine(screen);
    const asked = QUESTIONS.map((question) => text.indexOf(` ${question} `));
    expect(asked).not.toContain(-1);
    expect(asked).toEqual(asked.toSorted((a, b) => a - b));
    expect(text).toContain(`error: The question "${TOO_LONG}" was refused. `);
    expect(text).toMatch(
      / 8 units seen.* 0 dropped from a unit's arrival to its first word: .* read with ffmpeg /,
    );
    expect(screen.filter((row) => /░|starting|opening/.test(row))).toEqual([]);
    if (columns <= 80) expect(screen.some((row) => /^ {7}\S/.test(row))).toBe(true);
  });

  it("says what it is doing before the first thought", async () => {
    const { stdout } = await thinkalongOnTerminal(80, args()).ended;
    expect(stdout).toMatch(/^opening the video\r.*starting the model\r.*░ 0:0\d\.\d \/ 0:04\.0/s);
  });

  it("ends at Ctrl-C with what was thought so far, and leaves no status behind", async () => {
    const long = await makeVideo(join(dir.path, "long.mp4"), { seconds: 60, fps: 5, size: "160x120" });
    const program = thinkalongOnTerminal(80, [
      "replay",
      long,
      "--model",
      TINY_BUNDLE,
      "--ask",
      QUESTIONS[0]!,
    ]);
    await program.says(/0:0[1-9]\.\d \/ /);
    program.process.stdin!.write("\x03");
    const { code, stdout } = await program.ended;
    expect(code).toBe(130);
    const text = oneLine(screenOf(stdout, 80));
    expect(text).toMatch(new RegExp(` ${QUESTIONS[0]} .* units seen`));
    expect(text).not.toContain("░");
  });

  it("shows the same lines as in a pipe, where nothing is wrapped", async () => {
    const [terminal, pipe] = await Promise.all([
      thinkalongOnTerminal(200, args(...asking)).ended,
      thinkalong(args(...asking)).ended,
    ]);
    const lines = (rows: readonly string[]) => rows.filter((row) => /^ *\d:\d\d\.\d {2}/.test(row));
    const piped = lines(pipe.stdout.split("\n"));
    expect(piped.length).toBeGreaterThan(QUESTIONS.length);
    expect(lines(screenOf(terminal.stdout, 200)).toSorted()).toEqual(piped.toSorted());
  });
});
