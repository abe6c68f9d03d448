/**
 * Real videos through the real ffmpeg: the one that `resolveFfmpeg` finds and, where it is another, npm's old one.
 * RTSP has a file of its own.
 */
import { createReadStream } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { BehaviorSubject, lastValueFrom, type Observable, take, tap, toArray } from "rxjs";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { IngestError, type IngestErrorCode } from "../../src/ingest/errors.ts";
import { type FfmpegBinary, resolveFfmpeg } from "../../src/ingest/ffmpeg-binary.ts";
import type { Frame } from "../../src/ingest/frame.ts";
import { probeVideo } from "../../src/ingest/probe-video.ts";
import { type OpenVideoOptions, openVideo, type VideoNotice } from "../../src/ingest/video-source.ts";
import {
  eventually,
  ffmpeg,
  isAlive,
  makeSound,
  makeTempDir,
  makeVideo,
  serve,
  serveRtsp,
  tracedFfmpeg,
  truncateFile,
} from "../support/media.ts";
import { expectTrueTime } from "../support/true-time.ts";

const size = { width: 8, height: 6 };
const options: OpenVideoOptions = { ...size, fps: 5, pace: "max" };
let dir: Awaited<ReturnType<typeof makeTempDir>>;
let clip: string;
let long: string;

beforeAll(async () => {
  dir = await makeTempDir();
  clip = await makeVideo(join(dir.path, "clip with spaces, and 'quotes'.mp4"));
  long = await makeVideo(join(dir.path, "long.mp4"), {
    seconds: 60,
    fps: 10,
    output: ["-movflags", "+faststart"],
  });
});
afterAll(() => dir.remove());

const all = (frames$: Observable<Frame>) => lastValueFrom(frames$.pipe(toArray()));
const at = (name: string) => join(dir.path, name);

/** The frames that came, and the one error. */
async function failing(frames$: Observable<Frame>): Promise<{ frames: Frame[]; error: IngestError }> {
  const frames: Frame[] = [];
  const errors: unknown[] = [];
  await new Promise<void>((resolve, reject) => {
    frames$.subscribe({
      next: (frame) => frames.push(frame),
      error: (error) => {
        errors.push(error);
        resolve();
      },
      complete: () => reject(new Error(`completed after ${frames.length} frames, without an error`)),
    });
  });
  expect(errors).toHaveLength(1);
  expect(errors[0]).toBeInstanceOf(IngestError);
  return { frames, error: errors[0] as IngestError };
}

/** A JPEG that carries a number, as its brightness and hue. */
const grey = (i: number): Promise<Buffer> =>
  sharp({
    create: {
      width: 64,
      height: 48,
      channels: 3,
      background: { r: 8 + (i % 16) * 15, g: 8 + (i >> 4) * 15, b: 0 },
    },
  })
    .jpeg({ quality: 95 })
    .toBuffer();

/** The number that the picture of a frame carries. */
async function numberOf(frame: Frame): Promise<number> {
  const [r, g] = await colour(frame);
  return Math.round((r! - 8) / 15) + 16 * Math.round((g! - 8) / 15);
}

/** The mean colour of a frame. */
async function colour(frame: Frame): Promise<number[]> {
  const data = await frame.rgb(size.width, size.height);
  const sum = [0, 0, 0];
  data.forEach((value, i) => {
    sum[i % 3]! += value;
  });
  return sum.map((value) => Math.round((value * 3) / data.length));
}

describe.each(["FFMPEG_PATH or PATH", "installer"])("decoding with ffmpeg from %s", (origin) => {
  let ffmpeg: FfmpegBinary;
  beforeAll(async () => {
    ffmpeg = await resolveFfmpeg(origin === "installer" ? {} : process.env);
  });

  it("gives every frame of the wanted rate, with its media time", async () => {
    const frames = await all(openVideo(clip, { ...options, ffmpeg }));
    expect(frames.map(({ seq }) => seq)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(frames.map(({ mediaTimeMs }) => mediaTimeMs)).toEqual(frames.map((_, i) => i * 200));
  });

  it.each([
    [1, 1],
    [2, 1],
    [3, 1],
    [5, 1],
    [6, 2],
    [11, 3],
  ])(
    "gives every frame before the end, also the only one (%i pictures at 25 a second)",
    async (pictures, frames) => {
      const short = await makeVideo(at(`${pictures} pictures.mp4`), { output: ["-frames:v", `${pictures}`] });
      const played = await all(openVideo(short, { ...options, ffmpeg }));
      expect(played.map(({ mediaTimeMs }) => mediaTimeMs)).toEqual([0, 200, 400].slice(0, frames));
    },
  );

  it("gives no frame at the very end, also of a raw stream, whose times are finer", async () => {
    const raw = await makeVideo(at("raw.mjpeg"), { output: ["-c:v", "mjpeg", "-pix_fmt", "yuvj420p"] });
    expect(await all(openVideo(raw, { ...options, ffmpeg }))).toHaveLength(10);
  });

  it("squeezes the picture and gets the colours right", async () => {
    const path = await makeVideo(at("colours.mkv"), { colours: ["red", "lime", "blue"], size: "96x48" });
    const frames = await all(openVideo(path, { ...options, fps: 2, ffmpeg }));
    expect(frames).toHaveLength(6);
    for (const frame of frames) expect(await frame.rgb(size.width, size.height)).toHaveLength(8 * 6 * 3);
    for (const [i, wanted] of [
      [0, [255, 0, 0]],
      [2, [0, 255, 0]],
      [4, [0, 0, 255]],
    ] as const) {
      (await colour(frames[i]!)).forEach((value, channel) => {
        expect(Math.abs(value - wanted[channel]!), `frame ${i}, channel ${channel}`).toBeLessThan(24);
      });
    }
  });

  it("says what is wrong with a bad input", async () => {
    await writeFile(at("text.mp4"), "This is not a video.\n".repeat(200));
    const codes: Partial<Record<string, IngestErrorCode>> = {
      [at("text.mp4")]: "not_a_video",
      [await makeSound(at("sound.wav"))]: "no_video_track",
      [await truncateFile(clip, at("no-index.mp4"), 0.6)]: "not_a_video",
      "http://127.0.0.1:1/x.mp4": "url_unreachable",
      "rtsp://user:secret@127.0.0.1:1/x": "url_unreachable",
    };
    for (const [input, code] of Object.entries(codes)) {
      const { error, frames } = await failing(openVideo(input, { ...options, ffmpeg }));
      expect([input, error.code, frames.length]).toEqual([input, code, 0]);
      expect(error.message).not.toContain("secret");
    }
  });

  it("gives the frames before the place where a file breaks off, and then an error", async () => {
    const cut = [await truncateFile(long, at("cut.mp4"), 0.5)];
    cut.push(await truncateFile(await makeVideo(at("whole.mkv"), { seconds: 8 }), at("cut.mkv"), 0.5));
    for (const path of cut) {
      const { error, frames } = await failing(openVideo(path, { ...options, ffmpeg }));
      expect([path, error.code]).toEqual([path, "input_truncated"]);
      expect(frames.length).toBeGreaterThan(5);
    }
  });

  it("plays a raw stream at the rate that it is given or names, else at 25 frames a second and says so", async () => {
    const raw = (name: string, ...output: string[]) =>
      makeVideo(at(name), { seconds: 4, fps: 10, output: ["-f", name, ...output] });
    const mjpeg = await raw("mjpeg", "-c:v", "mjpeg", "-pix_fmt", "yuvj420p");
    const h264 = await raw("h264", "-c:v", "libx264");
    const played = async (input: string, more: Partial<OpenVideoOptions> = {}) => {
      const notices: VideoNotice[] = [];
      const onNotice = (notice: VideoNotice) => notices.push(notice);
      const frames = await all(openVideo(input, { ...options, ffmpeg, onNotice, ...more }));
      return [frames.length, notices.map(({ code }) => code)];
    };
    expect(await played(mjpeg)).toEqual([8, ["rate_assumed"]]);
    expect(await played(mjpeg, { inputFps: 10 })).toEqual([20, []]);
    for (const more of [{}, { inputFps: 10 }]) {
      const [frames, notices] = await played(h264, more);
      // The old ffmpeg counts the reordering of its pictures as time.
      expect([20, 21]).toContain(frames);
      expect(notices).toEqual([]);
    }
    expect(await played(clip)).toEqual([10, []]);
    for (const [input, inputFps] of [
      [mjpeg, 0],
      [h264, 20],
      [clip, 10],
    ] as const) {
      const { error } = await failing(openVideo(input, { ...options, ffmpeg, inputFps }));
      expect(error.code).toBe("option_out_of_range");
      expect(error.message).toContain("inputFps");
    }
  });

  it("ends with the file, or at maxDurationMs", async () => {
    expect(await all(openVideo(clip, { ...options, ffmpeg, maxDurationMs: 1000 }))).toHaveLength(5);
  });
});

describe.each(["FFMPEG_PATH or PATH", "installer"])(
  "the time of a file's pictures, with ffmpeg from %s",
  (origin) => {
    /** Its brightness grows by 200 levels. */
    const growing = (seconds: number) =>
      `color=black:size=64x48:rate=25:duration=${seconds},geq=lum=20+T*${200 / seconds}:cb=128:cr=128`;
    const encoder = ["-c:v", "mpeg2video", "-q:v", "2", "-g", "25", "-pix_fmt", "yuv420p"];
    let ffmpegBinary: FfmpegBinary;
    beforeAll(async () => {
      ffmpegBinary = await resolveFfmpeg(origin === "installer" ? {} : process.env);
    });

    /** Of each frame, its media time and the time that its picture shows (s). */
    async function timesOf(
      input: string,
      seconds: number,
      onNotice: (notice: VideoNotice) => void = () => {},
    ): Promise<{ media: number; shown: number }[]> {
      const frames = await all(openVideo(input, { ...options, fps: 4, ffmpeg: ffmpegBinary, onNotice }));
      return await Promise.all(
        frames.map(async (frame) => {
          const rgb = await frame.rgb(size.width, size.height);
          const mean = rgb.reduce((sum, value) => sum + value, 0) / rgb.length;
          return { media: frame.mediaTimeMs / 1000, shown: (((mean * 219) / 255 - 4) / 200) * seconds };
        }),
      );
    }

    it("is true after parts of an HLS playlist that are missing", async () => {
      const segments = ["-f", "hls", "-hls_time", "12", "-hls_list_size", "0"];
      await ffmpeg("-f", "lavfi", "-i", growing(40), ...encoder, ...segments, at("parts.m3u8"));
      const server = await serve(async ({ url = "" }, response) => {
        if (url === "/parts1.ts") response.writeHead(404).end();
        else response.end(await readFile(at(url.slice(1))));
      });
      try {
        const notices: VideoNotice[] = [];
        const times = await timesOf(`${server.url}/parts.m3u8`, 40, (notice) => notices.push(notice));
        expect(notices).toMatchObject([
          { code: "parts_missing", message: expect.stringContaining("stands still") },
        ]);
        expect(times).toHaveLength(160);
        for (const { media, shown } of times) {
          const isMissing = media > 11.5 && media < 24;
          if (!isMissing) expect(Math.abs(shown - media), `${shown} at ${media}`).toBeLessThan(0.6);
          else expect(Math.abs(shown - 12)).toBeLessThan(0.6);
        }
      } finally {
        await server.close();
      }
    });

    it.each(["ts", "mkv"])("is true where the picture starts later than the sound (%s)", async (ending) => {
      const late = at(`late.${ending}`);
      const sound = ["-f", "lavfi", "-i", "sine=duration=10"];
      const picture = ["-itsoffset", "3", "-f", "lavfi", "-i", growing(7)];
      await ffmpeg(...sound, ...picture, ...encoder, "-map", "0", "-map", "1", late);
      const times = await timesOf(late, 7);
      expect(times[0]!.media).toBe(3);
      for (const { media, shown } of times)
        expect(Math.abs(shown + 3 - media), `${shown} at ${media}`).toBeLessThan(0.6);
      expect(times.at(-1)!.media).toBeGreaterThanOrEqual(9.5);
    });
  },
);

describe("inputs that cannot be opened", () => {
  it("are told apart before ffmpeg is asked", async () => {
    await writeFile(at("empty.mp4"), "");
    await writeFile(at("notes.txt"), "one\ntwo\n".repeat(500));
    await writeFile(at("list.ffconcat"), `ffconcat version 1.0\nfile 'long.mp4'\n`);
    const codes: Record<string, IngestErrorCode> = {
      [at("nope.mp4")]: "file_not_found",
      "": "file_not_found",
      "a\0b": "file_not_found",
      "-version": "file_not_found",
      [dir.path]: "file_is_directory",
      "/dev/null": "file_unreadable",
      [at("empty.mp4")]: "file_empty",
      [`concat:${long}|${long}`]: "unsupported_protocol",
      [`subfile,,start,0,end,0,,:${long}`]: "file_not_found",
      "pipe:0": "unsupported_protocol",
      "data:video/mp4;base64,AAAA": "unsupported_protocol",
      "ftp://127.0.0.1:9": "unsupported_protocol",
      "http://": "url_invalid",
      // ffmpeg would render the one as a terminal, and follow the other.
      [at("notes.txt")]: "not_a_video",
      [at("list.ffconcat")]: "not_a_video",
    };
    for (const [input, code] of Object.entries(codes)) {
      const { error } = await failing(openVideo(input, options));
      expect([input, error.code]).toEqual([input, code]);
    }
  });

  it("are called what they are: a picture, a cut-off recording, a playlist that names hosts", async () => {
    const picture = sharp({ create: { width: 64, height: 48, channels: 3, background: "red" } });
    for (const [name, bytes] of [
      ["JPEG", await picture.jpeg().toBuffer()],
      ["PNG", await picture.png().toBuffer()],
      ["WebP", await picture.webp().toBuffer()],
      ["TIFF", await picture.tiff().toBuffer()],
    ] as const) {
      await writeFile(at(`picture.${name}`), bytes);
      const { error } = await failing(openVideo(at(`picture.${name}`), options));
      expect([error.code, error.message]).toEqual([
        "not_a_video",
        expect.stringContaining(`a picture (${name})`),
      ]);
      expect(error.message).toContain("Convert it");
      expect(error.message).not.toContain("incomplete");
    }
    await writeFile(at("text.mp4"), "This is not a video.\n".repeat(200));
    expect((await failing(openVideo(at("text.mp4"), options))).error.message).not.toContain("incomplete");
    const cut = await truncateFile(clip, at("cut.mp4"), 0.6);
    expect((await failing(openVideo(cut, options))).error.message).toContain("incomplete MP4");
    const playlist =
      "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nhttp://127.0.0.1:1/x.ts\n#EXT-X-ENDLIST\n";
    await writeFile(at("hosts.m3u8"), playlist);
    const { error } = await failing(openVideo(at("hosts.m3u8"), options));
    expect(error.code).toBe("unsupported_protocol");
    expect(error.message).toMatch(/not allowed there \(http:\)/);
  });

  it("include options out of range", async () => {
    for (const bad of [
      { width: 0 },
      { height: 1.5 },
      { fps: 0 },
      { fps: Number.NaN },
      { maxDurationMs: -1 },
    ]) {
      expect((await failing(openVideo(clip, { ...options, ...bad }))).error.code).toBe("option_out_of_range");
    }
  });

  it("may be a file URL or a file with a colon in its name", async () => {
    const path = await makeVideo(at("cam:1.mkv"), { seconds: 1 });
    expect(await all(openVideo(path, options))).toHaveLength(5);
    expect(await all(openVideo(`file://${path}`, options))).toHaveLength(5);
  });
});

describe("pace", () => {
  it("max holds still while ready$ is false, and loses nothing", async () => {
    const ready$ = new BehaviorSubject(true);
    const frames: Frame[] = [];
    const seen = lastValueFrom(
      openVideo(long, { ...options, width: 320, height: 240, fps: 10, ready$ }).pipe(
        tap((frame) => {
          frames.push(frame);
          expect(ready$.value).toBe(true);
          if (frame.seq % 100 === 50) ready$.next(false);
        }),
      ),
    );
    for (let stops = 0; stops < 6; stops++) {
      await eventually(() => !ready$.value, "a frame that stops it");
      const before = frames.length;
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect(frames.length).toBe(before);
      ready$.next(true);
    }
    await seen;
    expect(frames.map(({ seq }) => seq)).toEqual(Array.from({ length: 600 }, (_, i) => i));
  });

  it("max passes on a failure of ready$", async () => {
    const ready$ = new BehaviorSubject(false);
    const outcome = lastValueFrom(openVideo(clip, { ...options, ready$ }));
    ready$.error(new Error("the model is gone"));
    await expect(outcome).rejects.toThrow("the model is gone");
  });

  it("realtime gives frames at their media time, and max much faster", async () => {
    const realtime = await all(openVideo(clip, { ...options, pace: "realtime" }));
    const lateness = realtime.map((f) => f.arrivedAtMs - realtime[0]!.arrivedAtMs - f.mediaTimeMs);
    expect(Math.min(...lateness)).toBeGreaterThan(-5);
    // A noisy machine may hold some frames up, never all.
    expect(lateness.sort((a, b) => a - b)[Math.floor(lateness.length / 2)]).toBeLessThan(100);
    const max = await all(openVideo(clip, options));
    const spent = (frames: Frame[]) => frames.at(-1)!.arrivedAtMs - frames[0]!.arrivedAtMs;
    expect(spent(max)).toBeLessThan(spent(realtime) / 2);
  });

  it("gives each frame pixels of its own", async () => {
    const frames = await all(openVideo(clip, options));
    const pixels = await Promise.all(frames.map((frame) => frame.rgb(size.width, size.height)));
    expect(new Set(pixels.map(({ buffer }) => buffer)).size).toBe(frames.length);
  });

  it("decodes a larger picture beside the model's where one is asked for, which changes no byte of the model's", async () => {
    const path = await makeVideo(at("wide.mkv"), { size: "320x180", seconds: 2 });
    const [plain, both] = [
      await all(openVideo(path, options)),
      await all(openVideo(path, { ...options, largeSide: 160 })),
    ];
    const pixels = (frames: readonly Frame[]) =>
      Promise.all(frames.map((frame) => frame.rgb(size.width, size.height)));
    expect(await pixels(both)).toEqual(await pixels(plain));
    const side = async (frame: Frame, maxSide: number) => {
      const { format, width, height } = await sharp(await frame.jpeg(maxSide)).metadata();
      return [format, width, height];
    };
    expect(await side(both[3]!, 1000)).toEqual(["jpeg", 160, 90]);
    expect(await side(both[3]!, 80)).toEqual(["jpeg", 80, 45]);
    expect(await side(plain[3]!, 1000)).toEqual(["jpeg", size.width, size.height]);
    expect(await both[3]!.rgb(32, 20)).toHaveLength(32 * 20 * 3);
  });
});

describe.skipIf(process.platform === "win32")("the process", () => {
  let traced: Awaited<ReturnType<typeof tracedFfmpeg>>;
  const gone = (pid: number) => eventually(() => !isAlive(pid), `ffmpeg ${pid} is gone`);
  const theLast = async () => (await traced.pids()).at(-1)!;
  beforeAll(async () => {
    traced = await tracedFfmpeg(dir.path);
  });

  it("does not start before someone subscribes, and starts for each who does", async () => {
    const before = (await traced.pids()).length;
    const frames$ = openVideo(clip, { ...options, ffmpeg: traced.binary });
    expect(await traced.pids()).toHaveLength(before);
    await all(frames$);
    await all(frames$);
    expect(await traced.pids()).toHaveLength(before + 2);
    await gone(await theLast());
  });

  it.each(["realtime", "max"] as const)("is gone after unsubscribing in mid-stream (%s)", async (pace) => {
    const frames$ = openVideo(long, { ...options, width: 320, height: 240, pace, ffmpeg: traced.binary });
    expect(await all(frames$.pipe(take(3)))).toHaveLength(3);
    await gone(await theLast());
  });

  it("is gone after unsubscribing while it waits on ready$", async () => {
    const ready$ = new BehaviorSubject(false);
    const before = (await traced.pids()).length;
    const subscription = openVideo(long, { ...options, ready$, ffmpeg: traced.binary }).subscribe();
    await eventually(async () => (await traced.pids()).length > before, "it has started");
    subscription.unsubscribe();
    await gone(await theLast());
    expect(ready$.observed).toBe(false);
  });

  it("is gone after an abort, which is an error", async () => {
    const abort = new AbortController();
    const video$ = openVideo(long, {
      ...options,
      pace: "realtime",
      signal: abort.signal,
      ffmpeg: traced.binary,
    });
    const { error, frames } = await failing(video$.pipe(tap(() => abort.abort())));
    expect([error.code, frames.length]).toEqual(["aborted", 1]);
    await gone(await theLast());
    expect((await failing(openVideo(clip, { ...options, signal: abort.signal }))).error.code).toBe("aborted");
  });

  it.each(["SIGKILL", "SIGTERM"] as const)(
    "may be killed by another (%s): an error after its frames",
    async (signal) => {
      const ready$ = new BehaviorSubject(true);
      const video$ = openVideo(long, { ...options, width: 320, height: 240, ready$, ffmpeg: traced.binary });
      const kill = async () => {
        process.kill(await theLast(), signal);
        ready$.next(true);
      };
      const { error, frames } = await failing(
        video$.pipe(
          tap(({ seq }) => {
            if (seq !== 3) return;
            ready$.next(false);
            void kill();
          }),
        ),
      );
      expect(error.code).toBe("ffmpeg_killed");
      expect(error.message).toContain("ffmpeg was killed");
      expect(frames.length).toBeGreaterThan(3);
      expect(frames.length).toBeLessThan(300);
    },
  );

  it("may be missing", async () => {
    const ffmpeg = { ...traced.binary, path: at("no-ffmpeg") };
    expect((await failing(openVideo(clip, { ...options, ffmpeg }))).error.code).toBe("ffmpeg_missing");
  });
});

describe("over HTTP", () => {
  it.each([
    ["401", /401 .*user name and password in the URL/],
    ["403", /403 .*may see/],
    ["404", /404 .*path/],
    ["429", /429 /],
    ["503", /503 .*later/],
  ])("says that the server answered %s, and what to do", async (status, says) => {
    const server = await serve((_, response) => response.writeHead(Number(status)).end());
    const rtsp = await serveRtsp(status);
    try {
      for (const input of [`${server.url}/cam.mp4`, rtsp.url]) {
        const { error } = await failing(openVideo(input, options));
        expect(error.code).toBe("url_refused");
        expect(error.message).toMatch(says);
        expect(error.message).not.toMatch(/reached|network/);
        await expect(probeVideo(input)).rejects.toMatchObject({
          code: "url_refused",
          message: error.message,
        });
      }
      const { error } = await failing(openVideo(rtsp.url.replace("//", "//user:secret@"), options));
      if (status === "401") expect(error.message).toMatch(/Check the user name and password/);
      expect(error.message).not.toContain("secret");
    } finally {
      await server.close();
      await rtsp.close();
    }
  });

  it("tells that a playlist's parts are missing from that the playlist is", async () => {
    const playlist = "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nmissing.ts\n#EXT-X-ENDLIST\n";
    const server = await serve(({ url }, response) => {
      if (url === "/list.m3u8") response.end(playlist);
      else response.writeHead(404).end();
    });
    try {
      const { error } = await failing(openVideo(`${server.url}/list.m3u8`, options));
      expect(error.code).toBe("url_refused");
      expect(error.message).toMatch(/playlist .* was read, but a part .* 404/);
    } finally {
      await server.close();
    }
  });

  it("plays a file, and tells a silent server and a lost connection apart", async () => {
    const bytes = await readFile(long);
    const server = await serve((request, response) => {
      if (request.url === "/missing.mp4") response.writeHead(404).end();
      if (request.url === "/whole.mp4") createReadStream(long).pipe(response);
      if (request.url === "/lost.mp4") {
        response.writeHead(200, { "content-length": bytes.length });
        response.write(bytes.subarray(0, bytes.length / 2), () => setTimeout(() => response.destroy(), 300));
      }
      if (request.url === "/stalled.mp4") response.write(bytes.subarray(0, bytes.length / 2));
    });
    const open = (path: string, more: Partial<OpenVideoOptions> = {}) =>
      openVideo(server.url + path, { ...options, fps: 10, ...more });
    try {
      expect(await all(open("/whole.mp4"))).toHaveLength(600);
      expect((await failing(open("/silent.mp4", { firstFrameTimeoutMs: 500 }))).error.code).toBe(
        "first_frame_timeout",
      );
      for (const [path, code] of [
        ["/lost.mp4", "input_truncated"],
        ["/stalled.mp4", "stall_timeout"],
      ] as const) {
        const { error, frames } = await failing(open(path, { stallTimeoutMs: 1500 }));
        expect([error.code, frames.length > 100]).toEqual([code, true]);
      }
    } finally {
      await server.close();
    }
  });

  // These wait for cameras at real pace, all at once.
  it.concurrent.each([5, 10, 30])(
    "gives a camera's pictures of %i frames a second their true time, though it sends none, and says that it is lost",
    { retry: 2 },
    async (rate) => {
      const pictures = await Promise.all(Array.from({ length: 6 * rate }, (_, i) => grey(i)));
      let sentAtMs: number[] = [];
      const server = await serve(async (_, response) => {
        // The last connection is the one that is played; the one before it only asks what is sent here.
        const times: number[] = [];
        sentAtMs = times;
        response.writeHead(200, { "content-type": "multipart/x-mixed-replace; boundary=frame" });
        const startedAtMs = performance.now();
        for (const [i, picture] of pictures.entries()) {
          const dueMs = startedAtMs + (1000 * i) / rate;
          await sleep(Math.max(0, dueMs - performance.now()));
          if (response.destroyed) return;
          times.push(performance.now());
          response.write(`--frame\r\nContent-Type: image/jpeg\r\nContent-Length: ${picture.length}\r\n\r\n`);
          response.write(picture);
          response.write("\r\n");
        }
        response.end("--frame--\r\n");
      });
      try {
        const { frames, error } = await failing(openVideo(server.url, { ...options, fps: 4 }));
        expect(error.code).toBe("source_lost");
        const sent = await Promise.all(frames.map(async (frame) => sentAtMs[await numberOf(frame)]!));
        expectTrueTime(sent, frames);
        expect(new Set(sent).size, "no picture comes twice").toBe(frames.length);
        expect(frames.length).toBeGreaterThan(12);
        expect(frames.length).toBeLessThanOrEqual(6 * 4 + 2);
      } finally {
        await server.close();
      }
    },
  );

  it.concurrent("copies no picture of a live source that stalls", { retry: 2 }, async () => {
    const picture = await grey(7);
    const part = `--frame\r\nContent-Type: image/jpeg\r\nContent-Length: ${picture.length}\r\n\r\n`;
    const server = await serve(async (_, response) => {
      response.writeHead(200, { "content-type": "multipart/x-mixed-replace; boundary=frame" });
      for (let i = 0; i < 60; i++) {
        await sleep(i === 30 ? 3000 : 100);
        response.write(Buffer.concat([Buffer.from(part), picture, Buffer.from("\r\n")]));
      }
      response.end();
    });
    try {
      const { frames } = await failing(openVideo(server.url, { ...options, fps: 4 }));
      const gaps = frames.slice(1).map((frame, i) => frame.mediaTimeMs - frames[i]!.mediaTimeMs);
      expect(gaps.filter((gap) => gap > 2500)).toHaveLength(1);
    } finally {
      await server.close();
    }
  });

  it("does not let a playlist from the network read local files", async () => {
    const server = await serve((_, response) => {
      response.setHeader("content-type", "application/vnd.apple.mpegurl");
      response.end(`#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nfile://${at("live.ts")}\n#EXT-X-ENDLIST\n`);
    });
    try {
      const { frames, error } = await failing(openVideo(`${server.url}/list.m3u8`, options));
      expect(frames).toHaveLength(0);
      expect(error.code).toBe("unsupported_protocol");
      expect(error.message).toMatch(/not allowed there \(file:\)/);
    } finally {
      await server.close();
    }
  });
});
