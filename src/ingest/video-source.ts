import { Observable } from "rxjs";
import { checkFps, checkPositive, checkSize, type FrameFormat } from "./check-options.ts";
import { type Decoding, decoderOptions } from "./decoding.ts";
import type { DescribedVideo } from "./described-video.ts";
import { IngestError } from "./errors.ts";
import { requireAbility } from "./ffmpeg-abilities.ts";
import { type FfmpegBinary, resolveFfmpeg } from "./ffmpeg-binary.ts";
import { explainFailure } from "./ffmpeg-failure.ts";
import { FfmpegProcess, type RawFrame } from "./ffmpeg-process.ts";
import { type Frame, RgbFrame } from "./frame.ts";
import { FrameLayout } from "./frame-layout.ts";
import { toneMap } from "./hdr.ts";
import { LiveTime } from "./live-time.ts";
import { isSameRate, type NamedRate, NamedRateReader } from "./named-rate.ts";
import type { NetworkPolicy } from "./network/mod.ts";
import { type Pace, pacerOf } from "./pacer.ts";
import { SampleByMediaTime } from "./sample-by-media-time.ts";
import { sendsPictures } from "./sends-pictures.ts";
import { settledFrames } from "./settled-frames.ts";
import { SparseTime } from "./sparse-time.ts";
import { type ResolveOptions, STDIN } from "./video-input.ts";
import { openRoute, type VideoRoute } from "./video-route.ts";

/** Something that one should know about a video, though it can be played. */
export interface VideoNotice {
  /**
   * `rate_assumed`: its frames have no times, and nothing says how many a second there are. `parts_missing`: parts of
   * its playlist could not be read.
   */
  readonly code: "rate_assumed" | "parts_missing";
  /** For people: what was assumed, and what to do. */
  readonly message: string;
}

export interface OpenVideoOptions extends FrameFormat, ResolveOptions, Pace, Decoding {
  /** Ends the video with an `aborted` error. To end it without an error, unsubscribe. */
  readonly signal?: AbortSignal;
  /**
   * Longest side (px) of a second, larger picture of every frame, for {@link Frame.jpeg} and for larger `rgb` sizes.
   * Default: there is none, and these are scaled from `width` × `height`.
   */
  readonly largeSide?: number;
  /** Stop after this much media time (ms). Default: at the end of the video. */
  readonly maxDurationMs?: number;
  /**
   * Whether the video is a camera: frames come as they arrive, and `pace` and `ready$` are ignored. Default: true for
   * RTSP, and for HTTP where the server says that it sends one picture after the other (`multipart/x-mixed-replace`).
   */
  readonly live?: boolean;
  /**
   * The moment that counts as media time 0, on the clock of `arrivedAtMs`. Default: of a live source, when the first
   * frame was read; of a recording, its beginning.
   */
  readonly startedAtMs?: number;
  /**
   * Frames a second of a video whose frames have no times, such as a raw H.264 or MJPEG stream in a file. A live source
   * needs no rate. Default: the one that its headers name, else 25, with a notice.
   */
  readonly inputFps?: number;
  /** Called with what one should know about the video. */
  readonly onNotice?: (notice: VideoNotice) => void;
  /** Called with what the video is, once its first frame has come; not when its size is not known. */
  readonly onVideo?: ((video: DescribedVideo) => void) | undefined;
  /** Longest time until the first frame (ms); default 20 000, and as long as it takes where a camera is to call. */
  readonly firstFrameTimeoutMs?: number;
  /** Longest wait for each further frame (ms); default 20 000. */
  readonly stallTimeoutMs?: number;
  /** Default: `resolveFfmpeg()`. */
  readonly ffmpeg?: FfmpegBinary;
  /**
   * What the input may reach, where whoever named it is not trusted with this network. It must be a URL then. Default:
   * everything, also files.
   */
  readonly network?: NetworkPolicy | undefined;
}

/**
 * Input options for cameras. Two of ffmpeg's defaults are right for a file, but delay a camera: it reads five seconds
 * of video before the first frame, and it decodes on several threads, each of which holds one picture back. (`nobuffer`
 * and `low_delay` would be faster still, but lose frames.)
 */
const PROMPT = ["-analyzeduration", "1000000", "-threads", "1"];
/** Below this rate, frames of a live source are so far apart that the next one, in its own time, would pass for late. */
const SPARSE_FPS = 2;

/** What ffmpeg says of a part of a playlist that it skips. */
const MISSING_PART = /Failed to open segment/;
/** What it says when a playlist that grows can no longer be read. Soon it takes that for the end, and exits with 0. */
const LOST_PLAYLIST = /Failed to reload playlist/;

/**
 * Plays a video file, an HTTP(S) or HLS URL, or an RTSP camera. The observable is cold: each subscription runs an
 * ffmpeg of its own, and unsubscribing ends it.
 *
 * For a file, `mediaTimeMs` counts from its start, in steps of `1000 / fps`; of key frames alone it is the time of each. Where the picture starts later than the
 * sound, so do the frames. Where a part of an HLS playlist is missing, the last picture stands still, and a notice says
 * so. The frame shows what the video has at that time, give or take half the distance of two frames (ffmpeg's `fps`
 * filter). `arrivedAtMs` is when the frame is emitted. For a
 * camera, `mediaTimeMs` is the time from when ffmpeg read the first frame to when it read this one: a camera's own
 * timestamps are not believed. `arrivedAtMs` is when the last byte of the frame came in. A camera that ends has failed
 * (`source_lost`). HDR video is tone-mapped.
 *
 * `realtime` is timed here and not by ffmpeg (`-re`). ffmpeg times packets when they go in, but after reordering,
 * threads and the pipe the frames come out unevenly (measured at 10 fps: gaps of 92–108 ms; here 99–101). The time at
 * which a frame is due is counted from the first frame, so it does not drift.
 *
 * @example
 * openVideo("walk.mp4", { width: 64, height: 64, fps: 4, pace: "realtime" }).subscribe((frame) => stream.push(frame));
 * @throws {IngestError} as an error of the observable, with any code but the `image_…` ones; earlier frames come first
 */
export function openVideo(input: string, options: OpenVideoOptions): Observable<Frame> {
  return new Observable((subscriber) => {
    const cancel = new AbortController();
    play(input, options, cancel.signal, (frame) => subscriber.next(frame)).then(
      () => subscriber.complete(),
      (error) => subscriber.error(error),
    );
    return () => cancel.abort();
  });
}

async function play(
  input: string,
  options: OpenVideoOptions,
  cancelled: AbortSignal,
  emit: (frame: Frame) => void,
): Promise<void> {
  checkOptions(options);
  const route = await openRoute(input, options);
  try {
    await playRoute(route, options, cancelled, emit);
  } finally {
    await route.close();
  }
}

async function playRoute(
  route: VideoRoute,
  options: OpenVideoOptions,
  cancelled: AbortSignal,
  emit: (frame: Frame) => void,
): Promise<void> {
  const { input: resolved, refused } = route;
  const stop = options.signal === undefined ? cancelled : AbortSignal.any([cancelled, options.signal]);
  const { width, height, fps, largeSide = null, stallTimeoutMs = 20_000 } = options;
  const firstFrameTimeoutMs = options.firstFrameTimeoutMs ?? (resolved.listens ? null : 20_000);
  const live = options.live ?? (resolved.live || (await sendsPictures(route.address, route.fetch, stop)));
  const binary = options.ffmpeg ?? (await resolveFfmpeg());
  await requireAbility(binary, resolved);
  throwIfAborted(options.signal);
  if (stop.aborted) return;
  refused.throwIfAborted();

  const isSparse = options.decode === "keyframes";
  const layout = new FrameLayout({ width, height }, largeSide);
  const rate = new NamedRateReader();
  const decoder = new FfmpegProcess(binary, {
    layout,
    fps,
    live,
    sparse: isSparse,
    url: resolved.url,
    stdin: route.address === STDIN ? process.stdin : undefined,
    inputOptions: [
      ...resolved.options,
      ...(live ? PROMPT : rateOption(options.inputFps)),
      ...decoderOptions(options),
    ],
    onLine: (line) => {
      const named = live ? null : rate.take(line);
      if (named !== null) checkRate(named);
      if (MISSING_PART.test(line)) tellMissingParts();
    },
    env: resolved.env,
    ...(options.maxDurationMs === undefined ? {} : { maxDurationMs: options.maxDurationMs }),
  });
  // Unsubscribing, completion and errors all abort `cancelled`, so this is the only cleanup that is needed.
  for (const each of [stop, refused]) each.addEventListener("abort", () => decoder.stop(), { once: true });
  /** As much was played as was asked for. */
  let isOver = false;
  let seq = 0;
  let isOtherRateGiven = false;
  let isMissingTold = false;
  if (live) await emitLive();
  else await emitPaced();
  throwIfAborted(options.signal);
  if (cancelled.aborted || isOver) return;
  const exit = await decoder.exited;
  if (refused.aborted) throw refused.reason;
  if (seq === 0 && route.trouble !== null) throw route.trouble;
  if (isOtherRateGiven || decoder.stderr.some((line) => line.includes("Option framerate not found"))) {
    const message = `${resolved.label} says itself when its frames are due, so their rate cannot be given. Leave out inputFps (on the command line --input-fps).`;
    throw new IngestError("option_out_of_range", message);
  }
  const failure = explainFailure({
    input: resolved,
    exit,
    stderr: decoder.stderr.map(resolved.reveal ?? String),
    frames: seq,
  });
  // An RTSP server has said what it would send, so what is missing is not another format.
  const ended = ["no_frames", ...(resolved.live ? ["not_a_video"] : [])];
  if (live && (failure === null || ended.includes(failure.code))) {
    const when = seq === 0 ? "before its first frame" : `after ${seq} frames`;
    const message = `${resolved.label} ended ${when}. A live source does not end by itself: check the camera and the network.`;
    throw new IngestError("source_lost", message);
  }
  if (failure !== null) throw failure;
  if (resolved.remote && decoder.stderr.some((line) => LOST_PLAYLIST.test(line))) {
    const message = `The playlist ${resolved.label} was read, and then it could not be read any more, after ${seq} frames. Check the server and the network.`;
    throw new IngestError("source_lost", message);
  }

  async function emitPaced(): Promise<void> {
    const mayGo = pacerOf(options, stop);
    const sparse = isSparse ? new SparseTime(1000 / fps) : null;
    let beganAtMs: number | null = null;
    for (let frame = await readInTime(); frame !== null; frame = await readInTime()) {
      const sinceFirstMs = sparse?.sinceFirstMs(frame) ?? (seq * 1000) / fps;
      beganAtMs ??= beginning(sparse?.firstMs ?? (decoder.firstIndex * 1000) / fps);
      await mayGo(sinceFirstMs);
      if (stop.aborted) return;
      emitFrame(frame, beganAtMs + sinceFirstMs, performance.now());
    }
  }

  /** Media time of a recording's first frame. */
  function beginning(inFileMs: number): number {
    const { startedAtMs } = options;
    return startedAtMs === undefined ? inFileMs : Math.max(0, performance.now() - startedAtMs);
  }

  /** Frames as they come, no more than wanted, each with the time at which it was read. */
  async function emitLive(): Promise<void> {
    const time = new LiveTime(options.startedAtMs);
    const sampler = new SampleByMediaTime(fps);
    for await (const frame of settledFrames(readInTime, { sparse: isSparse || fps < SPARSE_FPS })) {
      const arrivedAtMs = performance.now();
      const mediaTimeMs = time.mediaTimeMs(frame.readAtMs, arrivedAtMs);
      if (stop.aborted) return;
      if (mediaTimeMs >= (options.maxDurationMs ?? Number.POSITIVE_INFINITY)) {
        isOver = true;
        await decoder.stop();
        return;
      }
      if (sampler.take(mediaTimeMs)) emitFrame(frame, mediaTimeMs, arrivedAtMs);
    }
  }

  function checkRate(named: NamedRate): void {
    if (stop.aborted) return;
    if (options.inputFps !== undefined && !isSameRate(named.fps, options.inputFps)) {
      isOtherRateGiven = true;
      void decoder.stop();
    }
    if (options.inputFps !== undefined || !named.isAssumed) return;
    const message = `${resolved.label} gives its frames no times, so ${named.fps} frames a second are assumed. If there are more or fewer, give their number (inputFps, on the command line --input-fps).`;
    options.onNotice?.({ code: "rate_assumed", message });
  }

  /** Once a video, because the first one says what to think of the others. */
  function tellMissingParts(): void {
    if (isMissingTold || stop.aborted) return;
    isMissingTold = true;
    const message = `${resolved.label}: parts of the playlist could not be read. Where they are missing, the picture stands still for up to a minute, and what is longer is left out of the time. Before the first part there is, no time passes.`;
    options.onNotice?.({ code: "parts_missing", message });
  }

  function emitFrame({ bytes }: RawFrame, mediaTimeMs: number, arrivedAtMs: number): void {
    if (decoder.hdr !== null) toneMap(bytes, decoder.hdr);
    const { small, large } = layout.split(bytes, decoder.size);
    if (seq === 0 && decoder.video !== null) options.onVideo?.(decoder.video);
    emit(new RgbFrame({ seq: seq++, mediaTimeMs, arrivedAtMs }, small, large));
  }

  /**
   * Reads a frame. It must come in time: a network may stand still, and so may a disk or ffmpeg itself. Only a camera that
   * is to call comes when it likes.
   */
  async function readInTime(): Promise<RawFrame | null> {
    const patienceMs = seq === 0 ? firstFrameTimeoutMs : stallTimeoutMs;
    if (patienceMs === null) return await decoder.readFrame();
    // The fps filter emits a frame only when the next one has come.
    const limitMs = patienceMs + 1000 / fps;
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      decoder.stop();
    }, limitMs);
    const frame = await decoder.readFrame();
    clearTimeout(timer);
    if (!timedOut) return frame;
    throw seq === 0
      ? new IngestError(
          "first_frame_timeout",
          `${resolved.label} gave no frame within ${Math.round(limitMs)} ms. Check that it is sending.`,
        )
      : new IngestError(
          "stall_timeout",
          resolved.remote || !resolved.reopens
            ? `${resolved.label} sent nothing for ${Math.round(limitMs)} ms. Check that it is still sending.`
            : `ffmpeg gave no further frame of ${resolved.label} within ${Math.round(limitMs)} ms. Check that the disk can be read, and that ffmpeg is not stopped.`,
        );
  }
}

/** Only formats without times take it. (`-r` would be for all, but makes the filter `fps` repeat the last frame.) */
function rateOption(fps: number | undefined): string[] {
  return fps === undefined ? [] : ["-framerate", String(fps)];
}

function checkOptions(options: OpenVideoOptions): void {
  checkSize(options);
  checkFps(options.fps);
  if (options.inputFps !== undefined) checkFps(options.inputFps, "inputFps");
  for (const name of ["largeSide", "maxDurationMs", "firstFrameTimeoutMs", "stallTimeoutMs"] as const) {
    checkPositive(name, options[name]);
  }
}

function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) {
    throw new IngestError("aborted", "The video was stopped by its AbortSignal.", { cause: signal.reason });
  }
}
