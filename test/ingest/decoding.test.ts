/** Key frames alone, and other decoders than the processor, through the real ffmpeg: what `resolveFfmpeg` finds, and npm's. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { lastValueFrom, type Observable, toArray } from "rxjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openCamera } from "../../src/ingest/camera.ts";
import type { DescribedVideo } from "../../src/ingest/described-video.ts";
import { type FfmpegBinary, resolveFfmpeg } from "../../src/ingest/ffmpeg-binary.ts";
import type { Frame } from "../../src/ingest/frame.ts";
import { openVideo } from "../../src/ingest/video-source.ts";
import { makeTempDir, ffmpeg as run } from "../support/media.ts";
import { CODED_FPS, CODED_SIZE, codedVideo, KEY_EVERY, numberOf } from "../support/rtsp/coded-video.ts";

const PICTURES = 100;
const KEYFRAME_MS = (1000 * KEY_EVERY) / CODED_FPS;
const KEYFRAMES = Array.from({ length: PICTURES / KEY_EVERY }, (_, i) => i * KEY_EVERY);

let dir: Awaited<ReturnType<typeof makeTempDir>>;
/** Pictures that carry their numbers, ten a second, of which each twentieth is a key frame. */
const clips: Record<string, string> = {};
beforeAll(async () => {
  dir = await makeTempDir();
  const raw = join(dir.path, "raw.h264");
  await writeFile(raw, await codedVideo(PICTURES));
  const make = async (name: string, from: string, ...how: string[]) => {
    clips[name] = join(dir.path, name);
    await run(...(from === raw ? ["-r", String(CODED_FPS)] : []), "-i", from, ...how, clips[name]!);
  };
  const keys = ["-g", String(KEY_EVERY), "-keyint_min", String(KEY_EVERY), "-sc_threshold", "0"];
  const x265 = `keyint=${KEY_EVERY}:min-keyint=${KEY_EVERY}:scenecut=0:log-level=error`;
  await Promise.all([
    make("plain.mp4", raw, "-c", "copy"),
    make("b-frames.mp4", raw, "-c:v", "libx264", "-preset", "ultrafast", "-bf", "2", ...keys),
    make("hevc.mkv", raw, "-c:v", "libx265", "-preset", "ultrafast", "-x265-params", x265),
  ]);
  await make("stream.ts", clips["b-frames.mp4"]!, "-c", "copy");
});
afterAll(() => dir.remove());

const all = (frames$: Observable<Frame>) => lastValueFrom(frames$.pipe(toArray()));
const numbersOf = (frames: readonly Frame[]) => Promise.all(frames.map(numberOf));
const timesOf = (frames: readonly Frame[]) => frames.map(({ mediaTimeMs }) => mediaTimeMs);

describe.each(["FFMPEG_PATH or PATH", "installer"])("decoding with ffmpeg from %s", (origin) => {
  let ffmpeg: FfmpegBinary;
  beforeAll(async () => {
    ffmpeg = await resolveFfmpeg(origin === "installer" ? {} : process.env);
  });
  const options = () => ({ ...CODED_SIZE, fps: 4, pace: "max", ffmpeg, decode: "keyframes" }) as const;

  it.each(["plain.mp4", "b-frames.mp4", "stream.ts", "hevc.mkv"])(
    "key frames alone come at their own times, and nothing in between (%s)",
    async (name) => {
      const frames = await all(openVideo(clips[name]!, options()));
      expect(await numbersOf(frames)).toEqual(KEYFRAMES);
      expect(timesOf(frames)).toEqual(KEYFRAMES.map((number) => (number * 1000) / CODED_FPS));
      expect(frames.map(({ seq }) => seq)).toEqual(KEYFRAMES.map((_, i) => i));
    },
  );

  it("no more key frames come than are wanted, and none after the end that is", async () => {
    const frames = await all(openVideo(clips["plain.mp4"]!, { ...options(), fps: 0.25 }));
    expect(await numbersOf(frames)).toEqual([0, 40, 80]);
    const short = await all(openVideo(clips["plain.mp4"]!, { ...options(), maxDurationMs: 3000 }));
    expect(timesOf(short)).toEqual([0, KEYFRAME_MS]);
  });

  it("key frames of a camera that sends no others are all of its frames", async () => {
    const path = join(dir.path, `${ffmpeg.origin}.mjpeg`);
    await run("-i", clips["plain.mp4"]!, "-c:v", "mjpeg", "-q:v", "2", path);
    const frames = await all(openVideo(path, { ...options(), fps: CODED_FPS, inputFps: CODED_FPS }));
    expect(await numbersOf(frames)).toEqual(Array.from({ length: PICTURES }, (_, i) => i));
  });

  it("what there is in place of the processor decodes the same frames, or the processor does", async () => {
    const play = (hwaccel: string) =>
      all(openVideo(clips["plain.mp4"]!, { ...options(), decode: "all", hwaccel }));
    const [none, auto] = [await play("none"), await play("auto")];
    expect(timesOf(auto)).toEqual(timesOf(none));
    expect(await numbersOf(auto)).toEqual(await numbersOf(none));
  });

  it.each([
    ["nosuch", /cannot be decoded as hwaccel asks for.*Leave out hwaccel, or set it to auto/],
    ["-i", /It must be auto, none, or a name/],
  ])("a decoder that is not there is an error that says so (%s)", async (hwaccel, words) => {
    const failed = all(openVideo(clips["plain.mp4"]!, { ...options(), hwaccel }));
    await expect(failed).rejects.toMatchObject({
      code: "option_out_of_range",
      message: expect.stringMatching(words),
    });
  });

  it("what the video is, is told once", async () => {
    const told: DescribedVideo[] = [];
    const onVideo = (video: DescribedVideo) => void told.push(video);
    await all(openVideo(clips["hevc.mkv"]!, { ...options(), onVideo }));
    expect(told).toEqual([{ ...CODED_SIZE, codec: "hevc", fps: CODED_FPS }]);
  });
});

it("key frames of a file in a loop go on in time, from the end of the file and not from the last of them", async () => {
  const frames$ = openCamera(clips["plain.mp4"]!, {
    ...{ ...CODED_SIZE, fps: 4, pace: "max", decode: "keyframes", loop: true },
    maxDurationMs: 15_000,
  });
  const times = timesOf(await all(frames$));
  expect(times).toEqual([0, 2000, 4000, 6000, 8000, 10_000, 12_000, 14_000]);
});
