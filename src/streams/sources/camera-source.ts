import type { CameraKind, DescribedVideo, Mask, NetworkPolicy } from "../../ingest/mod.ts";
import { PulledVideo } from "./pulled-video.ts";
import type { ReconnectWaits } from "./reconnecting.ts";
import type { Source } from "./source.ts";

/** Longest side of the pictures of a camera that are kept for people, if nothing else is asked for (px). */
export const CAMERA_PICTURE_SIDE = 640;

/** A camera that this process reads by itself, and what is to be known of it. */
export interface CameraSourceOptions {
  /**
   * Where it is: a URL (rtsp, rtsps, http, https, rtmp, srt, udp, rtp), a file, a folder of pictures, a device such as
   * `/dev/video0`, or `-` for the standard input.
   */
  readonly url: string;
  /**
   * What is at the URL. `snapshot`: one picture, which is asked for again and again. `images`: pictures in files.
   * Default: what the URL is and what its server answers; an http URL with an `interval` is a snapshot.
   */
  readonly kind?: CameraKind | undefined;
  /** How RTSP sends its packets. Default: `tcp` where the camera can, else `udp`. */
  readonly transport?: "tcp" | "udp" | undefined;
  /**
   * Time from one picture to the next of a snapshot URL or a folder (ms); of a folder that is watched, how often it is
   * looked into. Default: 1000; of a folder that is played, as often as the stream wants pictures.
   */
  readonly interval?: number | undefined;
  /** Frames a second of a recording whose frames have no times. */
  readonly inputFps?: number | undefined;
  /** Plays a file or a folder again whenever it ends. Default: false. */
  readonly loop?: boolean | undefined;
  /** Of a folder: takes the pictures that come into it, instead of those that are there. Default: false. */
  readonly watch?: boolean | undefined;
  /** Which pictures of a video are decoded: all, or key frames alone, which costs a fraction. Default: `all`. */
  readonly decode?: "all" | "keyframes" | undefined;
  /** What decodes a video: `none` (the processor), `auto`, or a name that `ffmpeg -hwaccels` lists. Default: `none`. */
  readonly hwaccel?: string | undefined;
  /** Told what the video is, whenever it is connected to. */
  readonly onVideo?: ((video: DescribedVideo) => void) | undefined;
  /**
   * After so long without a picture the camera counts as stalled, which is told (ms). Default: 5000, and 15 000 where key
   * frames alone are decoded.
   */
  readonly stalledAfterMs?: number | undefined;
  /** After so long without a picture the connection is given up, and made anew (ms). Default: 20 000. */
  readonly stallTimeoutMs?: number | undefined;
  /** Longest time until the first picture of a connection (ms). Default: 20 000. */
  readonly firstFrameTimeoutMs?: number | undefined;
  /** How long to wait before it is connected to again. Default: from 1 s to 30 s, and a minute after a refusal. */
  readonly reconnect?: ReconnectWaits | undefined;
  /** Longest side of the pictures that are kept for people (px). Default: 640. */
  readonly pictureSide?: number | undefined;
  /**
   * What the URL may reach, where whoever gave it is not trusted with this network. It must be an http(s) or rtsp(s) URL
   * then. Default: everything, also files.
   */
  readonly network?: NetworkPolicy | undefined;
  /** Parts of the picture that nobody may see, the model included. Default: none. */
  readonly mask?: Mask | undefined;
}

/**
 * A camera as the source of a stream. It is connected to again whenever it is lost, and also when it cannot be reached at
 * first; only then it takes nothing. What becomes of it is told as its state. What cannot be mended by waiting ends the
 * stream as failed: a wrong option, a forbidden address, a missing file, a protocol that ffmpeg lacks, no usable ffmpeg.
 *
 * @example
 * stream.feed(cameraSource({ url: "rtsp://user:password@camera/stream", transport: "udp" }));
 * @throws {IngestError} `option_out_of_range` for a mask that is not valid
 */
export function cameraSource({
  url,
  interval,
  reconnect,
  pictureSide,
  ...options
}: CameraSourceOptions): Source {
  return new PulledVideo({
    ...withoutUndefined(options),
    input: url,
    pace: "realtime",
    intervalMs: interval,
    pictureSide: pictureSide ?? CAMERA_PICTURE_SIDE,
    reconnect: { patient: true, ...reconnect },
  });
}

/** An option that is undefined is one that was left out. */
function withoutUndefined<T extends object>(options: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}
