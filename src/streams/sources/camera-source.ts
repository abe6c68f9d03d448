import type { Mask } from "../../ingest/mod.ts";
import { PulledVideo } from "./pulled-video.ts";
import type { ReconnectWaits } from "./reconnecting.ts";
import type { Source } from "./source.ts";

/** A camera that this process reads by itself, and what is to be known of it. */
export interface CameraSourceOptions {
  /**
   * Where it is: a URL (rtsp, rtsps, http, https, rtmp, srt, udp, rtp), a file, a folder of pictures, a device such as
   * `/dev/video0`, or `-` for the standard input.
   */
  readonly url: string;
  /**
   * What is at the URL. `snapshot`: one picture, which is asked for again and again. Default: what the URL and the answer
   * of its server say.
   */
  readonly kind?: "video" | "snapshot" | "images";
  /** How RTSP sends its packets. Default: `tcp`. */
  readonly transport?: "tcp" | "udp";
  /** Time between two pictures of a snapshot URL or of a folder (ms). Default: as often as the stream wants them. */
  readonly interval?: number;
  /** Frames a second of a recording whose frames have no times. */
  readonly inputFps?: number;
  /** Plays a file or a folder again whenever it ends. Default: false. */
  readonly loop?: boolean;
  /** Of a folder: takes the pictures that come into it, instead of those that are there. Default: false. */
  readonly watch?: boolean;
  /** After so long without a picture the camera counts as stalled, which is told (ms). Default: 5000. */
  readonly stalledAfterMs?: number;
  /** After so long without a picture the connection is given up, and made anew (ms). Default: 20 000. */
  readonly stallTimeoutMs?: number;
  /** Longest time until the first picture of a connection (ms). Default: 20 000. */
  readonly firstFrameTimeoutMs?: number;
  /** How long to wait before it is connected to again. Default: from 1 s to 30 s, and a minute after a refusal. */
  readonly reconnect?: ReconnectWaits;
  /** Longest side of the pictures that are kept for people (px). Default: 640. */
  readonly pictureSide?: number;
  /** Parts of the picture that nobody may see, the model included. Default: none. */
  readonly mask?: Mask;
}

/**
 * A camera as the source of a stream. It is connected to again whenever it is lost, and also when it cannot be reached at
 * first. What cannot be mended by waiting ends the stream as failed: a wrong option, a missing file, no usable ffmpeg.
 *
 * @example
 * stream.feed(cameraSource({ url: "rtsp://user:password@camera/stream", transport: "udp" }));
 */
export function cameraSource({ url, reconnect = {}, ...options }: CameraSourceOptions): Source {
  return new PulledVideo({ ...options, input: url, pace: "realtime", reconnect });
}
