import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { resolveFfmpeg } from "../../src/ingest/ffmpeg-binary.ts";
import type { FfmpegDecode } from "../../src/ingest/ffmpeg-options.ts";
import { FfmpegProcess } from "../../src/ingest/ffmpeg-process.ts";
import { FrameLayout } from "../../src/ingest/frame-layout.ts";
import { eventually, isAlive, makeTempDir, makeVideo } from "../support/media.ts";

let dir: Awaited<ReturnType<typeof makeTempDir>>;
let decode: FfmpegDecode;
beforeAll(async () => {
  dir = await makeTempDir();
  const url = await makeVideo(join(dir.path, "clip.mp4"), { seconds: 10, fps: 10 });
  decode = { url, inputOptions: [], layout: new FrameLayout({ width: 640, height: 360 }), fps: 10 };
});
afterAll(() => dir.remove());

const start = async (more: Partial<FfmpegDecode> = {}) =>
  new FfmpegProcess(await resolveFfmpeg(), { ...decode, ...more });

describe("FfmpegProcess", () => {
  it("gives whole frames, large or small, and then null for good", async () => {
    for (const [width, height] of [
      [1, 1],
      [31, 17],
      [1280, 720],
    ] as const) {
      const decoder = await start({ layout: new FrameLayout({ width, height }) });
      let count = 0;
      for (let frame = await decoder.readFrame(); frame; frame = await decoder.readFrame()) {
        expect(frame.bytes.length).toBe(width * height * 3);
        count++;
      }
      expect(count).toBe(100);
      expect(await decoder.readFrame()).toBeNull();
      expect(await decoder.exited).toEqual({ code: 0, signal: null, spawnError: null });
    }
  });

  it("makes ffmpeg wait while nobody reads", async () => {
    const decoder = await start();
    await decoder.readFrame();
    const finished = await Promise.race([
      decoder.exited.then(() => true),
      new Promise((resolve) => setTimeout(resolve, 1000, false)),
    ]);
    expect(finished).toBe(false);
    let count = 1;
    while (await decoder.readFrame()) count++;
    expect(count).toBe(100);
  });

  it("stops an ffmpeg that is blocked on its pipe, a read that waits, and one not yet started", async () => {
    const blocked = await start();
    await blocked.readFrame();
    await new Promise((resolve) => setTimeout(resolve, 200));
    await blocked.stop();
    expect(isAlive(blocked.pid!)).toBe(false);
    expect(await blocked.readFrame()).toBeNull();

    const unread = await start();
    const reading = unread.readFrame();
    const stopped = unread.stop();
    expect(await reading).toBeNull();
    await stopped;
    await eventually(() => unread.pid === undefined || !isAlive(unread.pid), "it is gone");
  });

  it("says why it could not be started", async () => {
    const binary = { ...(await resolveFfmpeg()), path: join(dir.path, "no-ffmpeg") };
    const decoder = new FfmpegProcess(binary, decode);
    expect(await decoder.readFrame()).toBeNull();
    expect((await decoder.exited).spawnError?.message).toContain("ENOENT");
  });

  it("leaves no signal listeners behind", async () => {
    const listeners = process.listenerCount("SIGTERM");
    const decoder = await start();
    await decoder.readFrame();
    expect(process.listenerCount("SIGTERM")).toBe(listeners + 1);
    await decoder.stop();
    expect(process.listenerCount("SIGTERM")).toBe(listeners);
  });
});
