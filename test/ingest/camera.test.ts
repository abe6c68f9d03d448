/** Cameras of every kind that is read over a network, as real servers and real senders have them. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { createReadStream } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { lastValueFrom, type Subscription, take, toArray } from "rxjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type Frame,
  type IngestError,
  type OpenCameraOptions,
  openCamera,
  resolveFfmpeg,
} from "../../src/ingest/mod.ts";
import { resolveVideoInput } from "../../src/ingest/video-input.ts";
import { eventually, freePort, makeTempDir, makeVideo, serve } from "../support/media.ts";
import { CODED_SIZE, codedVideo, numberOf } from "../support/rtsp/coded-video.ts";
import { RtspCamera } from "../support/rtsp/rtsp-camera.ts";

const options: OpenCameraOptions = { width: 32, height: 24, fps: 4, pace: "realtime" };
let dir: Awaited<ReturnType<typeof makeTempDir>>;
beforeAll(async () => {
  dir = await makeTempDir();
});
afterAll(() => dir.remove());
const running: (Subscription | ChildProcess)[] = [];
// The tests run beside each other, so all is stopped at the end.
afterAll(() => {
  for (const each of running.splice(0)) "unsubscribe" in each ? each.unsubscribe() : each.kill("SIGKILL");
});

function watch(input: string, more: Partial<OpenCameraOptions> = {}) {
  const frames: Frame[] = [];
  const errors: IngestError[] = [];
  const state = { isOver: false };
  const camera = openCamera(input, { ...options, ...more });
  running.push(
    camera.subscribe({
      next: (frame) => frames.push(frame),
      error: (error) => errors.push(error),
      complete: () => (state.isOver = true),
    }),
  );
  return Object.assign(state, { frames, errors });
}

/** An ffmpeg that sends a moving picture in real time until the end of the test. */
async function send(...output: readonly string[]): Promise<ChildProcess> {
  const { path } = await resolveFfmpeg();
  const input = ["-re", "-f", "lavfi", "-i", "testsrc2=size=64x48:rate=10"];
  const coded = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "5"];
  const args = ["-nostdin", "-loglevel", "error", ...input, ...coded, ...output];
  const sender = spawn(path, args, { stdio: "ignore" });
  running.push(sender);
  return sender;
}

/** The frames go on, at their rate. */
async function expectLive({ frames, errors }: ReturnType<typeof watch>): Promise<void> {
  await eventually(() => frames.length >= 6 || errors.length > 0, "frames come", 30_000);
  expect(errors).toEqual([]);
  const times = frames.map(({ mediaTimeMs }) => mediaTimeMs);
  expect(times).toEqual([...times].sort((a, b) => a - b));
  expect(times[5]! - times[0]!).toBeGreaterThan(600);
}

describe.concurrent("a camera", () => {
  it("may send RTSP over UDP", { retry: 2 }, async () => {
    await using camera = await RtspCamera.start(await codedVideo(100));
    const watched = watch(camera.url, { ...CODED_SIZE, transport: "udp" });
    await expectLive(watched);
    expect(camera.udpPlayers).toBe(1);
    const numbers = await Promise.all(watched.frames.map(numberOf));
    expect(numbers.filter((number) => number !== null).length).toBeGreaterThan(3);
  });

  it("may be a playlist that grows (HLS), and is lost when that cannot be read any more", {
    retry: 2,
  }, async () => {
    const folder = dir.path;
    const http = await serve((request, response) => {
      const file = createReadStream(join(folder, request.url!.slice(1)));
      file.on("error", () => response.writeHead(404).end());
      file.pipe(response);
    });
    const parts = ["-f", "hls", "-hls_time", "1", "-hls_list_size", "4", "-hls_flags", "delete_segments"];
    const sender = await send(...parts, join(folder, "live.m3u8"));
    const hasParts = () =>
      readFile(join(folder, "live.m3u8"), "utf8")
        .then((text) => /live1\.ts/.test(text))
        .catch(() => false);
    await eventually(hasParts, "there is a playlist", 30_000);
    const began = performance.now();
    const watched = watch(`${http.url}/live.m3u8`, { startedAtMs: began, stallTimeoutMs: 4000 });
    await eventually(() => watched.frames.length >= 16 || watched.errors.length > 0, "frames come", 30_000);
    expect(watched.errors).toEqual([]);
    // Its parts come in bursts; its frames come at their times, none left out.
    const steps = watched.frames
      .slice(1)
      .map(({ mediaTimeMs }, i) => mediaTimeMs - watched.frames[i]!.mediaTimeMs);
    expect(steps).toEqual(steps.map(() => 250));
    const last = watched.frames.at(-1)!;
    expect(last.arrivedAtMs - began - last.mediaTimeMs).toBeLessThan(1500);
    sender.kill("SIGKILL");
    await http.close();
    await eventually(() => watched.errors.length > 0 || watched.isOver, "it is lost", 30_000);
    expect(watched.errors[0]?.code).toMatch(/^(source_lost|stall_timeout|url_unreachable|input_truncated)$/);
  });

  it("may send to this machine over UDP", { retry: 2 }, async () => {
    const port = await freePort("udp");
    const watched = watch(`udp://@:${port}`);
    await send("-f", "mpegts", `udp://127.0.0.1:${port}`);
    await expectLive(watched);
  });

  it("may call this machine over RTMP", { retry: 2 }, async (context) => {
    await requireProtocol("rtmp", context);
    const port = await freePort("tcp");
    const watched = watch(`rtmp://0.0.0.0:${port}/live/cam`);
    const calling = setInterval(() => void send("-f", "flv", `rtmp://127.0.0.1:${port}/live/cam`), 1000);
    await expectLive(watched).finally(() => clearInterval(calling));
  });

  it("may be called over SRT", { retry: 2 }, async (context) => {
    await requireProtocol("srt", context);
    const port = await freePort("udp");
    await send("-f", "mpegts", `srt://127.0.0.1:${port}?mode=listener`);
    await new Promise((resolve) => setTimeout(resolve, 500));
    await expectLive(watch(`srt://127.0.0.1:${port}`));
  });

  it("is an error at once where ffmpeg lacks its protocol, which is named", async () => {
    const binary = { ...(await resolveFfmpeg()), path: join(dir.path, "poor-ffmpeg") };
    await writeFile(binary.path, "#!/bin/sh\nprintf 'Input:\\n  file\\n  http\\nOutput:\\n  srt\\n'\n", {
      mode: 0o755,
    });
    const watched = watch("srt://127.0.0.1:1", { ffmpeg: binary });
    await eventually(() => watched.errors.length > 0, "it fails");
    expect(watched.errors[0]).toMatchObject({
      code: "unsupported_protocol",
      message: expect.stringMatching(/without srt.*FFMPEG_PATH/),
    });
  });

  it.skipIf(process.platform !== "linux")("of this machine must be there", async () => {
    await expect(resolveVideoInput("/dev/video987")).rejects.toMatchObject({
      code: "device_unavailable",
      message: expect.stringContaining("Connect the camera"),
    });
  });

  it("that a URL names by any address is waited for", async () => {
    const listens = async (url: string) => (await resolveVideoInput(url)).listens;
    expect(await listens("udp://@:1234")).toBe(true);
    expect(await listens("rtp://0.0.0.0:5004")).toBe(true);
    expect(await listens("srt://:9000?mode=listener")).toBe(true);
    expect(await listens("srt://cam:9000")).toBe(false);
    expect(await listens("rtmp://cam/live/1")).toBe(false);
    expect((await resolveVideoInput("udp://@:1234")).url).toBe("udp://0.0.0.0:1234");
    expect((await resolveVideoInput("srt://cam:1?passphrase=secret")).label).toBe("srt://cam:1?…");
  });
});

describe.concurrent("a recording", () => {
  it("is played again and again with loop, and time goes on", async () => {
    const clip = await makeVideo(join(dir.path, "clip.mp4"), { seconds: 1 });
    const looped = openCamera(clip, { ...options, pace: "max", loop: true });
    const frames = await lastValueFrom(looped.pipe(take(10), toArray()));
    expect(frames.map(({ seq, mediaTimeMs }) => [seq, mediaTimeMs])).toEqual(
      Array.from({ length: 10 }, (_, i) => [i, i * 250]),
    );
  });

  it("may come through the standard input", async () => {
    const clip = await makeVideo(join(dir.path, "clip.mkv"), { seconds: 2 });
    const module = pathToFileURL(join(import.meta.dirname, "../../dist-test/ingest/mod.js")).href;
    const program = `
      import { openCamera } from ${JSON.stringify(module)};
      let frames = 0;
      openCamera("-", { width: 8, height: 8, fps: 4, pace: "max", largeSide: 32 }).subscribe({
        next: ({ size }) => { frames++; if (size.width !== 32) throw new Error("size " + size.width); },
        error: (error) => console.log(error.message),
        complete: () => console.log("frames: " + frames),
      });`;
    const node = spawn(process.execPath, ["--input-type=module", "-e", program], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    running.push(node);
    createReadStream(clip).pipe(node.stdin!);
    const [said] = await once(node.stdout!.setEncoding("utf8"), "data");
    expect(said.trim()).toBe("frames: 8");
    expect(await once(node, "exit")).toEqual([0, null]);
  });
});

/** Skips a test, and says so, where this ffmpeg cannot do what it is about. */
async function requireProtocol(name: string, { skip }: { skip: (note?: string) => void }): Promise<void> {
  const { path } = await resolveFfmpeg();
  const { stdout } = await promisify(execFile)(path, ["-hide_banner", "-protocols"]);
  if (!new RegExp(`^ *${name}$`, "m").test(stdout)) skip(`This ffmpeg has no ${name}.`);
}
