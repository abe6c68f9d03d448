import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { resolveFfmpeg } from "../../../src/ingest/mod.ts";

export type Codec = "h264" | "hevc";

/** A video such as a camera sends it. */
export interface CameraVideo {
  /** px */
  readonly width: number;
  /** px */
  readonly height: number;
  readonly codec: Codec;
  /** Frames a second. */
  readonly fps: number;
}

export interface ClipTimes {
  /** Length (s). */
  readonly seconds: number;
  /** From one key frame to the next (s). */
  readonly keyframeSeconds: number;
}

/** Bits for a pixel of a frame: what a 1080p camera takes that is set to 4 Mbit/s with H.264, or to 2 with H.265, at 25 a second. */
const BITS_A_PIXEL = { h264: 0.077, hevc: 0.039 } as const;

const ENCODERS: Readonly<Record<Codec, readonly string[]>> = {
  h264: ["libx264", "-preset", "veryfast", "-bf", "0", "-sc_threshold", "0"],
  hevc: [
    "libx265",
    "-preset",
    "ultrafast",
    "-x265-params",
    "bframes=0:scenecut=0:open-gop=0:log-level=error",
  ],
};

/**
 * Makes a video of a scene that moves under the noise of a sensor, with a camera's bit rate and key frames, and without
 * B-frames, as cameras send it.
 *
 * @returns its path
 */
export async function cameraClip(
  folder: string,
  { width, height, codec, fps }: CameraVideo,
  { seconds, keyframeSeconds }: ClipTimes,
  signal: AbortSignal,
): Promise<string> {
  const path = join(folder, `${width}x${height}-${fps}.${codec}.mkv`);
  const [encoder, ...options] = ENCODERS[codec] as [string, ...string[]];
  const rate = Math.round(BITS_A_PIXEL[codec] * width * height * fps);
  const scene = `testsrc2=size=${width}x${height}:rate=${fps}:duration=${seconds},noise=alls=6:allf=t`;
  await promisify(execFile)(
    (await resolveFfmpeg()).path,
    [
      ...["-y", "-nostdin", "-loglevel", "error", "-f", "lavfi", "-i", scene],
      ...["-c:v", encoder, ...options, "-pix_fmt", "yuv420p", "-g", String(keyframeSeconds * fps)],
      ...["-b:v", String(rate), "-maxrate", String(rate), "-bufsize", String(rate), path],
    ],
    { signal },
  );
  return path;
}
