import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { lastValueFrom, take, toArray } from "rxjs";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { type Frame, type IngestError, type OpenCameraOptions, openCamera } from "../../src/ingest/mod.ts";
import { eventually, makeTempDir, makeVideo } from "../support/media.ts";
import { picture } from "../support/server.ts";

const options: OpenCameraOptions = { width: 8, height: 6, fps: 5, pace: "max" };
let dir: Awaited<ReturnType<typeof makeTempDir>>;
beforeAll(async () => {
  dir = await makeTempDir();
});
afterAll(() => dir.remove());

/** A folder with pictures of so many pixels in width, by which they are told apart. */
async function folder(name: string, files: Readonly<Record<string, number>>): Promise<string> {
  const path = join(dir.path, name);
  await mkdir(path);
  for (const [file, width] of Object.entries(files)) await writeFile(join(path, file), await wide(width));
  return path;
}
const wide = (width: number) => picture("png", { width, height: 10 });
const shown = (frames: readonly Frame[]) => frames.map(({ mediaTimeMs, size }) => [mediaTimeMs, size.width]);

async function all(input: string, more: Partial<OpenCameraOptions> = {}, most = 1000): Promise<Frame[]> {
  return await lastValueFrom(openCamera(input, { ...options, ...more }).pipe(take(most), toArray()));
}

describe("a folder of pictures", () => {
  it("is played in the order of the names as people read them", async () => {
    const path = await folder("order", {
      "img10.png": 30,
      "img2.png": 20,
      "IMG1.PNG": 10,
      ".hidden.png": 99,
    });
    await writeFile(join(path, "notes.txt"), "no picture");
    expect(shown(await all(path))).toEqual([
      [0, 10],
      [200, 20],
      [400, 30],
    ]);
    expect(shown(await all(path, { intervalMs: 1500 }))).toEqual([
      [0, 10],
      [1500, 20],
      [3000, 30],
    ]);
    // More pictures than the rate has room for.
    expect((await all(path, { intervalMs: 1 })).length).toBe(2);
  });

  it("is played again and again where that is wanted, and time goes on", async () => {
    const path = await folder("again", { "a.png": 10, "b.png": 20 });
    const frames = await all(path, { loop: true, intervalMs: 500 }, 5);
    expect(shown(frames)).toEqual([
      [0, 10],
      [500, 20],
      [1000, 10],
      [1500, 20],
      [2000, 10],
    ]);
    expect(frames.map(({ seq }) => seq)).toEqual([0, 1, 2, 3, 4]);
    expect(await all(path, { loop: true, maxDurationMs: 1200 })).toHaveLength(6);
  });

  it("goes on after a broken picture, which is told", async () => {
    const path = await folder("broken", { "a.png": 10, "c.png": 30 });
    await writeFile(join(path, "b.png"), (await wide(20)).subarray(0, 40));
    const problems: IngestError[] = [];
    const frames = await all(path, { onProblem: (problem) => problems.push(problem) });
    expect(shown(frames)).toEqual([
      [0, 10],
      [400, 30],
    ]);
    expect(problems).toMatchObject([
      { code: "image_undecodable", message: expect.stringMatching(/^b\.png was/) },
    ]);
  });

  it("without a picture is an error", async () => {
    await expect(all(await folder("empty", {}))).rejects.toMatchObject({ code: "no_frames" });
  });

  it("that is watched gives the pictures that come, when they are complete", async () => {
    const path = await folder("watched", { "old.png": 10 });
    const frames: Frame[] = [];
    let looks = 0;
    const watch = openCamera(path, { ...options, watch: true, intervalMs: 30, onAlive: () => looks++ });
    const watching = watch.subscribe((frame) => frames.push(frame));
    onTestFinished(() => watching.unsubscribe());
    await eventually(() => looks > 0, "it is watched");
    const picture = await wide(20);
    // A picture that is still being written, and grows with each look.
    for (const part of [10, 30, 60]) {
      await writeFile(join(path, "new.png"), picture.subarray(0, part));
      const before = looks;
      await eventually(() => looks > before, "it was looked at");
    }
    await writeFile(join(path, "new.png"), picture);
    await eventually(() => frames.length === 1, "the new one is seen");
    await writeFile(join(path, "x.part"), await wide(30));
    await rename(join(path, "x.part"), join(path, "newer.png"));
    await eventually(() => frames.length === 2, "the newer one is seen");
    expect(frames.map(({ size }) => size.width)).toEqual([20, 30]);
    expect(frames[1]!.mediaTimeMs).toBeGreaterThan(0);
  });

  it("that is watched takes a picture that was written with a pause, once it is complete", async () => {
    const path = await folder("paused", { "old.png": 10 });
    const frames: Frame[] = [];
    const problems: string[] = [];
    let looks = 0;
    const watch = openCamera(path, {
      ...options,
      ...{ watch: true, intervalMs: 20, onAlive: () => looks++ },
      onProblem: ({ message }) => problems.push(message),
    });
    const watching = watch.subscribe((frame) => frames.push(frame));
    onTestFinished(() => watching.unsubscribe());
    await eventually(() => looks > 0, "it is watched");
    const picture = await wide(20);
    await writeFile(join(path, "new.png"), picture.subarray(0, 60));
    await eventually(() => problems.length === 1, "it is left out");
    const before = looks;
    await eventually(() => looks > before + 3, "it was looked at again and again");
    expect(problems, "it is told once").toEqual([expect.stringMatching(/^new\.png was left out\. /)]);
    await writeFile(join(path, "new.png"), picture);
    await eventually(() => frames.length === 1, "it is seen");
    expect(frames[0]!.size.width).toBe(20);
    expect(problems).toHaveLength(1);
  });
});

describe("a single picture", () => {
  it("is one frame, and a new one whenever it changes where it is watched", async () => {
    const path = join(await folder("single", { "latest.png": 10 }), "latest.png");
    expect(shown(await all(path))).toEqual([[0, 10]]);
    const frames: Frame[] = [];
    let looks = 0;
    const watch = openCamera(path, { ...options, watch: true, intervalMs: 20, onAlive: () => looks++ });
    const watching = watch.subscribe((frame) => frames.push(frame));
    onTestFinished(() => watching.unsubscribe());
    await eventually(() => looks > 2, "it is watched");
    expect(frames).toEqual([]);
    for (const width of [200, 400]) {
      await writeFile(path, await wide(width));
      await eventually(() => frames.at(-1)?.size.width === width, "the new one is seen");
    }
    expect(frames).toHaveLength(2);
  });

  it("is told from a raw stream of pictures, which begins in the same way", async () => {
    const path = await makeVideo(join(dir.path, "raw.mjpeg"), {
      output: ["-c:v", "mjpeg", "-pix_fmt", "yuvj420p"],
    });
    expect((await all(path, { inputFps: 25 })).length).toBe(10);
  });

  it("that moves is a video, which ffmpeg plays or names", async () => {
    const pages = await Promise.all(["red", "green"].map((colour) => picture("png", { colour })));
    const path = join(dir.path, "moving.webp");
    await sharp(pages, { join: { animated: true } })
      .webp({ loop: 0 })
      .toFile(path);
    await expect(all(path)).rejects.toMatchObject({ message: expect.stringContaining("WebP") });
  });
});

it("what is for pictures alone is refused for anything else", async () => {
  const path = join(dir.path, "notes.txt");
  await writeFile(path, "no picture");
  await expect(all(path, { watch: true })).rejects.toMatchObject({ code: "option_out_of_range" });
  await expect(all(join(dir.path, "none"), { watch: true })).rejects.toMatchObject({
    code: "file_not_found",
  });
  await expect(all("rtsp://127.0.0.1:1/x", { loop: true })).rejects.toMatchObject({
    code: "option_out_of_range",
  });
});
