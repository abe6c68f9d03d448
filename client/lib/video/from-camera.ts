import type { Dom } from "../dom.ts";
import { ClientError, type LocalErrorCode } from "../errors.ts";
import type { Session } from "../session/session.ts";
import { fromVideo, type VideoFeed } from "./from-video.ts";
import { hiddenVideo } from "./hidden-video.ts";
import type { VideoOptions } from "./options.ts";

/** A camera that is being sent. */
export interface CameraFeed extends VideoFeed {
  /** What the camera gives, for a `<video>` that shows it. */
  readonly stream: Dom<"MediaStream">;
  /** Sends nothing more, and closes the camera. */
  stop(): void;
}

/** Enough for every model, and given by every camera. */
const USUAL: MediaTrackConstraints = { width: { ideal: 640 }, height: { ideal: 480 } };

const PROBLEMS: Readonly<Record<string, { readonly code: LocalErrorCode; readonly message: string }>> = {
  NotAllowedError: {
    code: "camera_refused",
    message: "The camera was not allowed. Allow it in the address bar, and try again.",
  },
  NotFoundError: { code: "camera_missing", message: "No camera was found. Connect one, and try again." },
  NotReadableError: {
    code: "camera_busy",
    message: "Another program is using the camera. Close that program, and try again.",
  },
};

/**
 * Opens a camera of this machine, without sending it.
 *
 * @param constraints of its video, as `getUserMedia` takes them; default: about 640 × 480 px
 * @throws {ClientError} `camera_refused`, `camera_missing`, `camera_busy`, `camera_failed`, or `unsupported`, where the page
 *   is neither an https page nor on localhost
 * @example video.srcObject = await openCamera({ facingMode: "environment" });
 */
export async function openCamera(constraints: object = USUAL): Promise<Dom<"MediaStream">> {
  if (!navigator.mediaDevices)
    throw new ClientError(
      "unsupported",
      "Browsers allow a camera only on https pages and on localhost. Open this page as one of these.",
    );
  try {
    return await navigator.mediaDevices.getUserMedia({ video: constraints, audio: false });
  } catch (cause) {
    const name = cause instanceof DOMException ? cause.name : "";
    const { code, message } = PROBLEMS[name] ?? {
      code: "camera_failed",
      message: `The camera cannot be opened${name ? ` (${name})` : ""}.`,
    };
    throw new ClientError(code, message, { cause });
  }
}

/**
 * Opens a camera and sends its pictures, at the rate of the session.
 *
 * @param constraints of its video, as `getUserMedia` takes them; default: about 640 × 480 px
 * @throws {ClientError} as {@link openCamera}
 * @example
 * ```ts
 * const camera = await fromCamera(session);
 * video.srcObject = camera.stream;
 * ```
 */
export async function fromCamera(
  session: Session,
  constraints: object = USUAL,
  options: Omit<VideoOptions, "isLive"> = {},
): Promise<CameraFeed> {
  const stream = await openCamera(constraints);
  const video = hiddenVideo();
  const feed = fromVideo(session, video, { ...options, isLive: true });
  const stop = () => {
    feed.stop();
    video.pause();
    video.srcObject = null;
    for (const track of stream.getTracks()) track.stop();
  };
  video.srcObject = stream;
  try {
    await video.play();
  } catch (cause) {
    stop();
    throw new ClientError("camera_failed", "The camera gives no picture.", { cause });
  }
  return {
    stream,
    get skipped() {
      return feed.skipped;
    },
    stop,
  };
}
