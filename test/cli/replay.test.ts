import { mkdir, open, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TINY_BUNDLE } from "../support/bundles.ts";
import { jpegsOf } from "../support/clips.ts";
import { EditedBundle } from "../support/edited-bundle.ts";
import {
  eventually,
  isAlive,
  makeSound,
  makeTempDir,
  makeVideo,
  serve,
  tracedFfmpeg,
} from "../support/media.ts";
import { type Program, thinkalong } from "../support/program.ts";
import { ProtocolLog } from "../support/protocol-log.ts";
import { codedVideo } from "../support/rtsp/coded-video.ts";
import { HABITS } from "../support/rtsp/habits.ts";
import { RtspCamera } from "../support/rtsp/rtsp-camera.ts";
import { picture } from "../support/server.ts";

let dir: Awaited<ReturnType<typeof makeTempDir>>;
let clip: string;
let long: string;
beforeAll(async () => {
  dir = await makeTempDir();
  clip = await makeVideo(join(dir.path, "clip.mp4"), { seconds: 6, size: "160x120" });
  long = await makeVideo(join(dir.path, "long.mp4"), { seconds: 60, fps: 5, size: "160x120" });
});
afterAll(() => dir.remove());

const replay = (input: string, ...args: string[]) =>
  thinkalong(["replay", input, "--model", TINY_BUNDLE, ...args]);

const lines = (text: string) => text.split("\n").slice(0, -1);

/** A replay under way, at real pace, and the process id of its ffmpeg. */
async function underWay(...args: string[]): Promise<{ program: Program; ffmpeg: number }> {
  const folder = await makeTempDir();
  const { binary, pids } = await tracedFfmpeg(folder.path);
  const program = thinkalong(["replay", long, "--model", TINY_BUNDLE, ...args], { FFMPEG_PATH: binary.path });
  void program.ended.then(folder.remove);
  await program.says(args.includes("--json") ? /reasoning_text\.done/ : /0:0\d\.\d {2}\w/);
  const [ffmpeg] = await pids();
  expect(isAlive(ffmpeg!)).toBe(true);
  return { program, ffmpeg: ffmpeg! };
}

describe("thinkalong replay", () => {
  it("shows a person a timeline with times, answers and a summary", async () => {
    const { code, stdout, stderr } = await replay(clip, "--pace", "max", "--ask", "what is moving @2s").ended;
    expect([code, stderr]).toEqual([0, ""]);
    const timed = lines(stdout).filter((line) => /^ *0:0[0-6]\.\d {2}\S/.test(line));
    expect(timed.length).toBeGreaterThan(5);
    expect(timed.some((line) => line.includes("what is moving"))).toBe(true);
    expect(stdout).toMatch(
      /12 units seen( \(\d+ of an unfamiliar scene\))?, \d+ thoughts?, \d+ times? nothing to say, 24 frames, 0 dropped/,
    );
    expect(stdout).toMatch(/\d+ ms \(p50\)/);
  });

  it("shows the note on an answer below it", async () => {
    await using bundle = await EditedBundle.copy();
    const text = "What stood there from the start is not counted.";
    await bundle.manifest((manifest) => {
      manifest.notes = [{ phrases: ["how many"], text }];
    });
    const asked = ["--ask", "how many cars", "--ask", "what is moving"];
    const { code, stdout } = await replay(clip, "--pace", "max", ...asked, "--model", bundle.path).ended;
    expect(code).toBe(0);
    const said = lines(stdout);
    expect(said.filter((line) => line.includes(text))).toHaveLength(1);
    expect(said.findIndex((line) => line.includes("how many cars")) + 1).toBe(
      said.findIndex((line) => line.includes(text)),
    );
  });

  it("prints events, one a line and nothing else, with --json", async () => {
    const { code, stdout, stderr } = await replay(clip, "--pace", "max", "--json", "--ask", "what is moving")
      .ended;
    expect([code, stderr]).toEqual([0, ""]);
    const log = ProtocolLog.ofLines(stdout);
    log.expectPaired();
    expect(log.all("response.reasoning_text.done")).toHaveLength(12);
    expect(log.all("response.output_text.done")).toHaveLength(1);
    expect(log.types.at(-1)).toBe("session.closed");
  });

  it("says of a raw stream which rate it assumed, unless it is given one", async () => {
    const output = ["-c:v", "mjpeg", "-pix_fmt", "yuvj420p"];
    const raw = await makeVideo(join(dir.path, "raw.mjpeg"), { seconds: 5, fps: 10, output });
    const assumed = await replay(raw, "--pace", "max").ended;
    expect([assumed.code, assumed.stderr]).toEqual([0, ""]);
    expect(assumed.stdout.match(/note: .* 25 frames a second are assumed\..*--input-fps/g)).toHaveLength(1);
    expect(assumed.stdout).toContain(" 8 frames, 0 dropped");
    for (const option of ["--fps", "--input-fps"]) {
      const { code, stdout } = await replay(raw, "--pace", "max", option, "10").ended;
      expect(code).toBe(0);
      expect(stdout).not.toContain("note: ");
      expect(stdout).toContain(" 20 frames, 0 dropped");
    }
  });

  it.concurrent("treats a source as a camera with --live, and as a recording with --no-live", async () => {
    const pictures = await jpegsOf(clip, 10, 3);
    const camera = await serve((_, response) => {
      response.writeHead(200, { "content-type": "multipart/x-mixed-replace; boundary=frame" });
      for (const picture of pictures) {
        response.write(`--frame\r\nContent-Type: image/jpeg\r\nContent-Length: ${picture.length}\r\n\r\n`);
        response.write(picture);
        response.write("\r\n");
      }
      response.end("--frame--\r\n");
    });
    const LOST = "A live source does not end by itself";
    const ends = async (input: string, ...args: string[]) => {
      const { code, stderr } = await replay(input, "--pace", "max", ...args).ended;
      return [code, stderr.includes(LOST) ? LOST : stderr];
    };
    const ended = [ends(camera.url), ends(camera.url, "--no-live"), ends(clip), ends(clip, "--live")];
    expect(await Promise.all(ended)).toEqual([
      [1, LOST],
      [0, ""],
      [0, ""],
      [1, LOST],
    ]);
    await camera.close();
  });

  it.concurrent("goes on with a camera that was lost with --reconnect, tells the gap, and ends at Ctrl-C", async () => {
    // The command line connects once to ask what it is, and again to play it.
    await using camera = await RtspCamera.start(await codedVideo(600), HABITS.hangUp(120, 240, 360, 480));
    await using program = replay(camera.url, "--reconnect");
    await program.says(/note: .*ended after \d+ frames.* Trying to connect again\./);
    const [, seconds] = await program.says(
      /note: For ([\d.]+) seconds nothing was seen: its connection was lost\./,
    );
    expect(Number(seconds)).toBeGreaterThan(0.5);
    program.process.kill("SIGINT");
    expect(await program.ended).toMatchObject({ code: 130, stderr: "" });
    expect(camera.players).toBeGreaterThan(1);
  });

  it("is an error with --reconnect when the first connection fails", async () => {
    const { code, stderr } = await replay("rtsp://127.0.0.1:1/camera", "--reconnect").ended;
    expect([code, lines(stderr).length]).toEqual([1, 1]);
    expect(stderr).toContain("cannot be reached");
  });

  it("plays a folder of pictures", async () => {
    const folder = join(dir.path, "pictures");
    await mkdir(folder);
    for (const [i, colour] of ["red", "green", "blue", "white"].entries())
      await writeFile(join(folder, `${i}.jpg`), await picture("jpeg", { colour }));
    const { code, stdout, stderr } = await replay(folder, "--pace", "max", "--interval", "1").ended;
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toContain("4 frames, 0 dropped");
  });

  it.concurrent("gives up on a source that says nothing after --connect-timeout or --stall-timeout", async () => {
    const bytes = await readFile(await makeVideo(join(dir.path, "flat.mkv"), { seconds: 20 }));
    const server = await serve((request, response) => {
      if (request.url === "/stalls.mkv") response.write(bytes.subarray(0, bytes.length / 2));
    });
    const silent = await replay(`${server.url}/silent.mkv`, "--connect-timeout", "0.5").ended;
    expect([silent.code, silent.stderr]).toEqual([1, expect.stringContaining("within 500 ms")]);
    const stalls = await replay(`${server.url}/stalls.mkv`, "--pace", "max", "--stall-timeout", "0.5").ended;
    expect([stalls.code, stalls.stderr]).toEqual([1, expect.stringContaining("sent nothing for")]);
    await server.close();
  });

  it.each(["interleaved", "batch"])("thinks in the %s order, too", async (paradigm) => {
    const { code, stdout } = await replay(clip, "--pace", "max", "--json", "--paradigm", paradigm).ended;
    expect(code).toBe(0);
    expect(ProtocolLog.ofLines(stdout).all("response.reasoning_text.done")).toHaveLength(12);
  });
});

describe("thinkalong replay of what is no video", () => {
  const emptyFolder = async () => {
    const path = join(dir.path, "empty");
    await mkdir(path, { recursive: true });
    return path;
  };
  const inputs: [string, string, RegExp, () => Promise<string>][] = [
    ["a file that is not there", "file_not_found", /no file/, async () => join(dir.path, "none.mp4")],
    ["a folder without pictures", "no_frames", /has no JPEG, PNG or WebP/, emptyFolder],
    ["an empty file", "file_empty", /is empty/, () => made("empty.mp4", "")],
    ["a text file", "not_a_video", /not a video/, () => made("text.mp4", "Dear diary,\n".repeat(100))],
    ["a sound", "no_video_track", /no video track/, () => makeSound(join(dir.path, "sound.m4a"))],
  ];

  async function made(name: string, content: string): Promise<string> {
    const path = join(dir.path, name);
    await writeFile(path, content);
    return path;
  }

  it.each(inputs)(
    "says what is wrong with %s, in one line, and exits with 1",
    async (_, code, words, make) => {
      const input = await make();
      const [person, machine] = await Promise.all([replay(input).ended, replay(input, "--json").ended]);
      for (const { code: exit, stderr } of [person, machine]) {
        expect(exit).toBe(1);
        expect(lines(stderr)).toHaveLength(1);
        expect(stderr).toMatch(/^error: /);
        expect(stderr).toMatch(words);
      }
      expect(person.stdout).toBe("");
      const log = ProtocolLog.ofLines(machine.stdout);
      expect(log.types).toEqual(["error"]);
      expect(log.all("error")[0]?.error).toMatchObject({
        code,
        fatal: true,
        message: expect.stringMatching(words),
      });
    },
  );

  it("says what is wrong with a model, whatever it is", async () => {
    await using broken = await EditedBundle.copy();
    await broken.replace("eyes.onnx", Buffer.from("not a graph"));
    for (const [model, code] of [
      [dir.path, "bundle_not_found"],
      [broken.path, "graph_mismatch"],
    ] as const) {
      const { code: exit, stdout, stderr } = await replay(clip, "--json", "--model", model).ended;
      expect(exit).toBe(1);
      expect(lines(stderr)).toHaveLength(1);
      expect(stderr).toMatch(/^error: /);
      expect(ProtocolLog.ofLines(stdout).all("error")).toMatchObject([{ error: { code } }]);
    }
  });
});

describe("thinkalong replay that is disturbed", () => {
  it("ends at Ctrl-C with a summary, and takes its ffmpeg with it", async () => {
    const { program, ffmpeg } = await underWay();
    // The whole process group gets it, as from a terminal: ffmpeg, too.
    process.kill(-program.process.pid!, "SIGINT");
    const { code, signal, stdout, stderr } = await program.ended;
    expect([code, signal, stderr]).toEqual([130, null, ""]);
    expect(stdout).toMatch(/\d+ units? seen/);
    await eventually(() => !isAlive(ffmpeg), "ffmpeg is gone");
  });

  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)(
    "ends at a %s of its own with %i, answers what was asked, and does not say completed",
    async (signal, exit) => {
      const { program, ffmpeg } = await underWay("--json", "--ask", "what is moving");
      program.process.kill(signal);
      const { code, stdout } = await program.ended;
      expect(code).toBe(exit);
      const log = ProtocolLog.ofLines(stdout);
      log.expectPaired();
      expect(log.all("error")).toEqual([]);
      expect(log.all("response.output_text.done")).toHaveLength(1);
      expect(log.all("session.closed")).toMatchObject([{ reason: "going_away" }]);
      await eventually(() => !isAlive(ffmpeg), "ffmpeg is gone");
    },
  );

  it("ends at once at a SIGTERM while a source that says nothing is being opened", async () => {
    let asked = () => {};
    const opening = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const silent = await serve(() => asked());
    await using program = replay(`${silent.url}/clip.mp4`);
    await opening;
    program.process.kill("SIGTERM");
    expect(await program.ended).toMatchObject({ code: 143, signal: null, stdout: "", stderr: "" });
    await silent.close();
  }, 10_000);

  it.each([[[]], [["--json"]]])("says that its ffmpeg was killed, and exits with 1 (%j)", async (args) => {
    const { program, ffmpeg } = await underWay(...args);
    process.kill(ffmpeg, "SIGKILL");
    const { code, stdout, stderr } = await program.ended;
    expect(code).toBe(1);
    expect(lines(stderr)).toHaveLength(1);
    expect(stderr).toMatch(/^error: ffmpeg was killed \(SIGKILL\)/);
    if (args.length === 0) return;
    const log = ProtocolLog.ofLines(stdout);
    expect(log.all("error")).toMatchObject([{ error: { code: "ffmpeg_killed", fatal: true } }]);
    expect(log.all("session.closed")).toMatchObject([{ reason: "failed" }]);
  });

  it.each([
    ["replay, a timeline", () => ["replay", clip, "--model", TINY_BUNDLE, "--pace", "max"]],
    ["replay, events", () => ["replay", clip, "--model", TINY_BUNDLE, "--pace", "max", "--json"]],
    ["models", () => ["models", "list"]],
  ] as const)("says in one line that its output is full, and exits with 1 (%s)", async (_, args) => {
    const full = await open("/dev/full", "w");
    try {
      const { code, signal, stderr } = await thinkalong(args(), {}, { stdout: full.fd }).ended;
      expect([code, signal]).toEqual([1, null]);
      expect(stderr).toMatch(/^error: Standard output cannot be written to \(ENOSPC: .*\)\. .*\.\n$/);
    } finally {
      await full.close();
    }
  });

  it("is not confused by a reader that goes away", async () => {
    const program = replay(long, "--pace", "max", "--json");
    await program.says(/reasoning_text\.done/);
    program.process.stdout!.destroy();
    const { code, signal, stderr } = await program.ended;
    expect(signal).toBeNull();
    expect(stderr).not.toContain("    at ");
    expect([0, 1]).toContain(code);
  });
});
