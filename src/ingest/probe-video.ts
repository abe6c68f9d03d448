import { execFile } from "node:child_process";
import { access, constants } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { asShown, describedRotation, describedSize } from "./described-size.ts";
import { describedCodec, describedRate } from "./described-video.ts";
import { IngestError } from "./errors.ts";
import { type FfmpegBinary, resolveFfmpeg } from "./ffmpeg-binary.ts";
import { explainFailure } from "./ffmpeg-failure.ts";
import type { FfmpegExit } from "./ffmpeg-process.ts";
import type { NetworkPolicy } from "./network/mod.ts";
import { reapOnExit } from "./reap-on-exit.ts";
import type { ResolveOptions, VideoInput } from "./video-input.ts";
import { openRoute, type VideoRoute } from "./video-route.ts";

/** What a video's headers say. */
export interface VideoInfo {
  /** ms; null if it is unknown, as for a live stream. */
  readonly durationMs: number | null;
  /** As shown, after the camera's rotation (px). */
  readonly width: number;
  /** px */
  readonly height: number;
  /** Mean frames a second; null if unknown. */
  readonly fps: number | null;
  /** ffmpeg's name of the codec: `h264`, `vp9`, … */
  readonly videoCodec: string;
}

export interface ProbeOptions extends ResolveOptions {
  /** Default: `resolveFfmpeg()`. */
  readonly ffmpeg?: FfmpegBinary;
  /** ms, default 20 000. */
  readonly timeoutMs?: number;
  /** What the URL may reach. Default: everything, also files. */
  readonly network?: NetworkPolicy | undefined;
}

interface ToolResult {
  readonly exit: FfmpegExit;
  readonly stdout: string;
  readonly stderr: readonly string[];
}

/**
 * Reads a video's headers with the ffprobe beside ffmpeg or, if there is none, with ffmpeg itself.
 *
 * @example
 * const { durationMs } = await probeVideo("walk.mp4");
 * @throws {IngestError} as `openVideo` does
 */
export async function probeVideo(input: string, options: ProbeOptions = {}): Promise<VideoInfo> {
  const route = await openRoute(input, options);
  try {
    return await ask(route, options);
  } catch (error) {
    throw route.refused.aborted ? route.refused.reason : (route.trouble ?? error);
  } finally {
    await route.close();
  }
}

async function ask(
  { input }: VideoRoute,
  { ffmpeg, timeoutMs = 20_000 }: Pick<ProbeOptions, "ffmpeg" | "timeoutMs">,
): Promise<VideoInfo> {
  const binary = ffmpeg ?? (await resolveFfmpeg());
  const ffprobe = await findFfprobe(binary);
  return ffprobe === null
    ? await askFfmpeg(binary.path, input, timeoutMs)
    : await askFfprobe(ffprobe, input, timeoutMs);
}

async function findFfprobe(ffmpeg: FfmpegBinary): Promise<string | null> {
  const path = join(dirname(ffmpeg.path), basename(ffmpeg.path).replace("ffmpeg", "ffprobe"));
  if (path === ffmpeg.path) return null;
  return await access(path, constants.X_OK).then(
    () => path,
    () => null,
  );
}

async function askFfprobe(path: string, input: VideoInput, timeoutMs: number): Promise<VideoInfo> {
  const entries =
    "format=duration:stream=codec_name,width,height,avg_frame_rate,duration:stream_tags=rotate:stream_side_data=rotation";
  const result = await runTool(
    path,
    ["-v", "level+warning", ...input.options].concat(
      "-select_streams",
      "V:0",
      "-show_entries",
      entries,
      "-of",
      "json",
      "-i",
      input.url,
    ),
    input,
    timeoutMs,
  );
  if (result.exit.code !== 0) throw failure(input, result);
  const { streams = [], format = {} } = JSON.parse(result.stdout) as FfprobeJson;
  const stream = streams[0];
  if (stream === undefined) throw noVideoTrack(input);
  const rotation = stream.side_data_list?.find((data) => data.rotation !== undefined)?.rotation;
  const [frames = 0, seconds = 0] = (stream.avg_frame_rate ?? "").split("/").map(Number);
  const duration = Number(format.duration ?? stream.duration);
  return {
    durationMs: Number.isFinite(duration) ? duration * 1000 : null,
    ...asShown(stream, Number(rotation ?? stream.tags?.rotate ?? 0)),
    fps: frames > 0 && seconds > 0 ? frames / seconds : null,
    videoCodec: stream.codec_name,
  };
}

interface FfprobeJson {
  readonly format?: { readonly duration?: string };
  readonly streams?: readonly {
    readonly codec_name: string;
    readonly width: number;
    readonly height: number;
    readonly avg_frame_rate?: string;
    readonly duration?: string;
    readonly tags?: { readonly rotate?: string };
    readonly side_data_list?: readonly { readonly rotation?: number }[];
  }[];
}

/** `ffmpeg -i FILE` without an output prints what it found, then fails. */
async function askFfmpeg(path: string, input: VideoInput, timeoutMs: number): Promise<VideoInfo> {
  const result = await runTool(
    path,
    ["-hide_banner", "-nostdin", ...input.options, "-i", input.url],
    input,
    timeoutMs,
  );
  const { stderr } = result;
  if (!stderr.some((line) => line.startsWith("Input #0"))) throw failure(input, result);
  const at = stderr.findIndex(
    (line) => /Stream #0:\d+.*: Video: /.test(line) && !line.includes("(attached pic)"),
  );
  const video = stderr[at];
  if (video === undefined) throw noVideoTrack(input);
  const size = describedSize(video);
  if (size === null) throw failure(input, result);
  const time = /Duration: (\d+):(\d+):([\d.]+)/.exec(
    stderr.find((line) => line.includes("Duration: ")) ?? "",
  );
  const next = stderr.findIndex((line, i) => i > at && line.includes("Stream #0:"));
  const details = stderr.slice(at, next === -1 ? undefined : next).join("\n");
  return {
    durationMs:
      time === null ? null : (Number(time[1]) * 3600 + Number(time[2]) * 60 + Number(time[3])) * 1000,
    ...asShown(size, describedRotation(details) ?? 0),
    fps: describedRate(video),
    videoCodec: describedCodec(video),
  };
}

function runTool(path: string, args: string[], input: VideoInput, timeoutMs: number): Promise<ToolResult> {
  return new Promise((resolve, reject) => {
    let timedOut = false;
    const { env = process.env } = input;
    const options = { maxBuffer: 2 ** 24, windowsHide: true, env };
    const child = execFile(path, args, options, (error, stdout, stderr) => {
      clearTimeout(timer);
      if (timedOut) {
        reject(
          new IngestError(
            "first_frame_timeout",
            `${input.label} did not answer within ${timeoutMs} ms. Check that it is sending.`,
          ),
        );
        return;
      }
      const spawnError = error !== null && child.pid === undefined ? error : null;
      const exit = { code: child.exitCode, signal: child.signalCode, spawnError };
      resolve({ exit, stdout, stderr: stderr.split(/\r?\n/).filter(Boolean) });
    });
    reapOnExit(child);
    const timer = setTimeout(() => {
      timedOut = true;
      child.kill("SIGKILL");
    }, timeoutMs);
  });
}

function noVideoTrack(input: VideoInput): IngestError {
  const stderr = ["matches no streams"];
  return failure(input, { exit: { code: 1, signal: null, spawnError: null }, stdout: "", stderr });
}

function failure(input: VideoInput, { exit, stderr }: ToolResult): IngestError {
  return (
    explainFailure({ input, exit, stderr: stderr.map(input.reveal ?? String), frames: 0 }) ??
    new IngestError(
      "not_a_video",
      `${input.label} is not a video that ffmpeg can read. Give another file or URL.`,
    )
  );
}
