/** RTSP cameras with bad habits, through the real ffmpeg: the one that `resolveFfmpeg` finds, and npm's old one. */
import { firstValueFrom, lastValueFrom, take, toArray } from "rxjs";
import { beforeAll, describe, expect, it } from "vitest";
import type { IngestError } from "../../src/ingest/errors.ts";
import { type FfmpegBinary, resolveFfmpeg } from "../../src/ingest/ffmpeg-binary.ts";
import type { Frame } from "../../src/ingest/frame.ts";
import { type OpenVideoOptions, openVideo } from "../../src/ingest/video-source.ts";
import { eventually } from "../support/media.ts";
import { CODED_FPS, CODED_SIZE, codedVideo, KEY_EVERY, numberOf } from "../support/rtsp/coded-video.ts";
import { HABITS, type Habit } from "../support/rtsp/habits.ts";
import { RtspCamera } from "../support/rtsp/rtsp-camera.ts";
import { expectTrueTime } from "../support/true-time.ts";

const PICTURES = 120;
let stream: Buffer;
beforeAll(async () => {
  stream = await codedVideo(PICTURES);
});

/** What came of a camera until it ended. */
interface Watched {
  readonly frames: readonly Frame[];
  /** The number that each frame's picture carries; null where it is damaged. */
  readonly numbers: readonly (number | null)[];
  readonly shownAtMs: readonly number[];
  readonly error: IngestError;
}

async function watch(
  ffmpeg: FfmpegBinary,
  habit: Habit,
  more: Partial<OpenVideoOptions> = {},
): Promise<Watched> {
  await using camera = await RtspCamera.start(stream, habit);
  const frames: Frame[] = [];
  const error = await new Promise<IngestError>((resolve, reject) => {
    openVideo(camera.url, { ...CODED_SIZE, fps: 4, pace: "max", ffmpeg, ...more }).subscribe({
      next: (frame) => frames.push(frame),
      error: resolve,
      complete: () => reject(new Error(`The camera completed after ${frames.length} frames.`)),
    });
  });
  return { frames, error, numbers: await Promise.all(frames.map(numberOf)), shownAtMs: camera.shownAtMs };
}

/** No picture is damaged or comes twice, and each has its true time, counted from the first one. */
function expectTrue({ frames, numbers, shownAtMs }: Watched): void {
  expect(numbers).not.toContain(null);
  expect(new Set(numbers).size, "no picture comes twice").toBe(frames.length);
  const shown = numbers.map((number) => shownAtMs[number!]!);
  expectTrueTime(shown, frames);
}

// A machine that stands still while a picture is under way makes that picture late, so each may be tried again.
describe.each(["FFMPEG_PATH or PATH", "installer"])("an RTSP camera with ffmpeg from %s", (origin) => {
  let ffmpeg: FfmpegBinary;
  beforeAll(async () => {
    ffmpeg = await resolveFfmpeg(origin === "installer" ? {} : process.env);
  });

  it.concurrent.each<[string, Habit]>([
    ["are right", HABITS.ok()],
    ["jump by a minute", HABITS.jump(50, 60)],
    ["go back by 8 seconds", HABITS.jump(50, -8)],
    ["are all the same", HABITS.constantTimestamps()],
  ])("whose timestamps %s is seen at its true time", { retry: 2 }, async (_, habit) => {
    const watched = await watch(ffmpeg, habit);
    expectTrue(watched);
    expect(watched.error.code).toBe("source_lost");
    // ffmpeg looks at the first seconds to find out what it is.
    expect(watched.frames.length).toBeGreaterThan(15);
    expect(watched.frames.length).toBeLessThan((PICTURES / CODED_FPS) * 4 + 2);
  });

  it.concurrent.each<[string, Habit]>([
    ["are right", HABITS.ok()],
    ["are all the same", HABITS.constantTimestamps()],
  ])(
    "whose timestamps %s is seen by its key frames alone, at their true time",
    { retry: 2 },
    async (_, habit) => {
      const watched = await watch(ffmpeg, habit, { decode: "keyframes" });
      expectTrue(watched);
      expect(watched.numbers.filter((number) => number! % KEY_EVERY !== 0)).toEqual([]);
      // The first one may be used up while ffmpeg finds out what the camera is.
      expect(watched.frames.length).toBeGreaterThanOrEqual(PICTURES / KEY_EVERY - 2);
    },
  );

  it.concurrent("of which few frames are wanted gives these, and not too few", { retry: 2 }, async () => {
    const fps = 0.5;
    const watched = await watch(ffmpeg, HABITS.ok(), { fps });
    expectTrue(watched);
    expect(watched.frames.length).toBeGreaterThanOrEqual(3);
    expect(watched.frames.length).toBeLessThanOrEqual((PICTURES / CODED_FPS) * fps + 2);
  });

  it.concurrent("that stalls leaves a gap of that length", { retry: 2 }, async () => {
    const [from, upTo] = [2 * KEY_EVERY, 4 * KEY_EVERY];
    const watched = await watch(ffmpeg, HABITS.lose(from, upTo));
    expectTrue(watched);
    const next = watched.numbers.findIndex((number) => number! >= upTo);
    expect(next).toBeGreaterThan(1);
    const [before, after] = [watched.frames[next - 1]!, watched.frames[next]!];
    expect(after.mediaTimeMs - before.mediaTimeMs).toBeGreaterThan(3500);
  });

  it.concurrent.each<[string, Habit]>([
    ["whose pictures were lost", HABITS.lose(45, 50)],
    ["that stalled", HABITS.lose(45, 65)],
    ["of which a packet of one picture was lost", HABITS.losePacket(50, 0)],
    ["of which a packet of a key frame was lost", HABITS.losePacket(40, 3)],
  ])("%s is seen again from the next key frame on", { retry: 2 }, async (_, habit) => {
    const watched = await watch(ffmpeg, habit);
    expectTrue(watched);
    const isSeen = (from: number, upTo: number) => watched.numbers.some((n) => n! >= from && n! < upTo);
    expect(isSeen(30, 40)).toBe(true);
    expect(isSeen(50, 60)).toBe(false);
    expect(isSeen(80, 100)).toBe(true);
  });

  it.concurrent("that is joined between two key frames is seen from the next one on", {
    retry: 2,
  }, async () => {
    await using camera = await RtspCamera.start(stream);
    const open = () => openVideo(camera.url, { ...CODED_SIZE, fps: 4, pace: "max", ffmpeg });
    await firstValueFrom(open());
    await eventually(() => camera.current % KEY_EVERY === 5, "it is between two key frames");
    const frames = await lastValueFrom(open().pipe(take(5), toArray()));
    expect(camera.players).toBe(2);
    expect(await Promise.all(frames.map(numberOf))).not.toContain(null);
  });

  it.concurrent("that is cut off is lost, which is an error", { retry: 2 }, async () => {
    const watched = await watch(ffmpeg, HABITS.hangUp(60));
    expectTrue(watched);
    expect(watched.error.code).toBe("source_lost");
    expect(watched.frames.length).toBeGreaterThan(5);
    expect(watched.numbers.at(-1)).toBeLessThan(60);
  });

  it.concurrent.each([0, 1])(
    "that is cut off before its first frame is lost, too (after %i pictures)",
    async (pictures) => {
      const { error, frames } = await watch(ffmpeg, HABITS.hangUp(pictures));
      expect([error.code, frames.length]).toEqual(["source_lost", 0]);
      expect(error.message).toContain("before its first frame");
    },
  );
});
