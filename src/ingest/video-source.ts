import { Observable } from "rxjs";
import { checkFps, checkPositive, checkSize, type FrameFormat } from "./check-options.ts";
import { IngestError } from "./errors.ts";
import { type FfmpegBinary, resolveFfmpeg } from "./ffmpeg-binary.ts";
import { explainFailure } from "./ffmpeg-failure.ts";
import { FfmpegProcess } from "./ffmpeg-process.ts";
import { type Frame, RgbFrame } from "./frame.ts";
import { FrameLayout, fitInside } from "./frame-layout.ts";
import { atOnce, inRealTime, type Pacer, whenReady } from "./pacer.ts";
import { probeVideo } from "./probe-video.ts";
import { resolveVideoInput } from "./video-input.ts";

export interface OpenVideoOptions extends FrameFormat {
  /** `realtime`: each frame at its media time, as a camera would. `max`: as fast as `ready$` lets it. */
  readonly pace: "realtime" | "max";
  /** For `max`: frames come only while its last value is true. Default: always. */
  readonly ready$?: Observable<boolean>;
  /** Ends the video with an `aborted` error; to end it without one, unsubscribe. */
  readonly signal?: AbortSignal;
  /**
   * Longest side (px) of a second, larger picture of every frame, for {@link Frame.jpeg} and larger `rgb` sizes.
   * Default: none is decoded, and both are scaled from `width` × `height`. It costs a look at the video's headers first.
   */
  readonly largeSide?: number;
  /** Stop after so much media time (ms). */
  readonly maxDurationMs?: number;
  /** Take frames as they come, whatever `pace` and `ready$` say. Default: true for RTSP; set it for HTTP cameras. */
  readonly live?: boolean;
  /** ms, default 20 000. */
  readonly firstFrameTimeoutMs?: number;
  /** Longest silence of a URL in mid-stream (ms); default 20 000. */
  readonly stallTimeoutMs?: number;
  /** Default: `resolveFfmpeg()`. */
  readonly ffmpeg?: FfmpegBinary;
}

/**
 * Right for a file and late for a camera are: to look at five seconds before the first frame, and frame threads, of
 * which each holds one picture back. (`nobuffer` and `low_delay` would be quicker yet, but lose frames.)
 */
const PROMPT = ["-analyzeduration", "1000000", "-threads", "1"];

/**
 * Plays a video file, an HTTP(S) or HLS URL or an RTSP camera. Cold: each subscription runs an ffmpeg of its own, and
 * unsubscribing ends it.
 *
 * `mediaTimeMs` is `i * 1000 / fps` from the video's start: frame i shows what is on at that time, to half a frame's
 * distance (ffmpeg's `fps` filter). Of a live source it is the time since the first frame's arrival.
 * `arrivedAtMs` is when the frame is emitted or, of a live source, when its last byte came in.
 *
 * `realtime` is timed here and not by ffmpeg (`-re`): that lets packets in by their decoding time, and what comes out
 * after reordering, frame threads and pipe comes in lumps (measured at 10 fps: gaps of 92–108 ms; here 99–101). A due
 * time counted from the first frame does not drift.
 *
 * @example
 * openVideo("walk.mp4", { width: 64, height: 64, fps: 4, pace: "realtime" }).subscribe((frame) => stream.push(frame));
 * @throws {IngestError} as the observable's error: any but the `image_…` codes. Frames decoded before come first.
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
  const stop = options.signal === undefined ? cancelled : AbortSignal.any([cancelled, options.signal]);
  const { width, height, fps, firstFrameTimeoutMs = 20_000, stallTimeoutMs = 20_000 } = options;
  const source = await resolveVideoInput(input);
  const live = options.live ?? source.live;
  const binary = options.ffmpeg ?? (await resolveFfmpeg());
  throwIfAborted(options.signal);
  if (stop.aborted) return;

  const large = options.largeSide === undefined ? null : await sizeInside(options.largeSide);
  if (stop.aborted) return;

  const layout = new FrameLayout({ width, height }, large);
  const decoder = new FfmpegProcess(binary, {
    layout,
    fps,
    url: source.url,
    inputOptions: live ? [...source.options, ...PROMPT] : source.options,
    ...(options.maxDurationMs === undefined ? {} : { maxDurationMs: options.maxDurationMs }),
  });
  // Unsubscribing, completion and errors all abort `cancelled`: nothing else needs to clean up.
  stop.addEventListener("abort", () => decoder.stop(), { once: true });
  const mayGo = live ? atOnce : pacerOf(options, stop);
  let seq = 0;
  let startedAtMs = 0;
  for (;;) {
    const data = await readInTime();
    if (data === null) break;
    const receivedAtMs = performance.now();
    if (seq === 0) startedAtMs = receivedAtMs;
    const dueMs = (seq * 1000) / fps;
    await mayGo(dueMs);
    if (stop.aborted) break;
    const stamps = live
      ? { mediaTimeMs: receivedAtMs - startedAtMs, arrivedAtMs: receivedAtMs }
      : { mediaTimeMs: dueMs, arrivedAtMs: performance.now() };
    const pictures = layout.split(data);
    emit(new RgbFrame({ seq: seq++, ...stamps }, pictures.small, pictures.large));
  }
  throwIfAborted(options.signal);
  if (cancelled.aborted) return;
  const exit = await decoder.exited;
  const failure = explainFailure({ input: source, exit, stderr: decoder.stderr, frames: seq });
  if (failure !== null) throw failure;

  async function sizeInside(maxSide: number) {
    const info = await probeVideo(input, { ffmpeg: binary, timeoutMs: firstFrameTimeoutMs });
    throwIfAborted(options.signal);
    return fitInside(info, maxSide);
  }

  /** A file in mid-stream may take its time; the first frame, and a network, may not. */
  async function readInTime(): Promise<Uint8Array | null> {
    if (seq > 0 && !source.remote) return await decoder.readFrame();
    // The fps filter gives a frame out when the next one has come.
    const limitMs = (seq === 0 ? firstFrameTimeoutMs : stallTimeoutMs) + 1000 / fps;
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
          `${source.label} gave no frame within ${Math.round(limitMs)} ms.`,
        )
      : new IngestError("stall_timeout", `${source.label} fell silent for ${Math.round(limitMs)} ms.`);
  }
}

function pacerOf({ pace, ready$ }: OpenVideoOptions, stop: AbortSignal): Pacer {
  if (pace === "realtime") return inRealTime(stop);
  return ready$ === undefined ? atOnce : whenReady(ready$, stop);
}

function checkOptions(options: OpenVideoOptions): void {
  checkSize(options);
  checkFps(options.fps);
  for (const name of ["largeSide", "maxDurationMs", "firstFrameTimeoutMs", "stallTimeoutMs"] as const) {
    checkPositive(name, options[name]);
  }
}

function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) {
    throw new IngestError("aborted", "The video was stopped by its AbortSignal.", { cause: signal.reason });
  }
}
