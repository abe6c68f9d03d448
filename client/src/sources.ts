import { ClientError, openCamera } from "../lib/mod.ts";

/** Where the video comes from. */
export type Source =
  | { readonly kind: "sample" }
  | { readonly kind: "webcam" }
  | { readonly kind: "file"; readonly file: File };

/** A source could not be opened. The message says what a person can do. */
export class SourceError extends Error {
  override readonly name = "SourceError";
}

const SAMPLE_URL = "./sample/street.mp4";

/** Whether this server has a sample clip. */
export async function hasSample(): Promise<boolean> {
  try {
    return (await fetch(SAMPLE_URL, { method: "HEAD" })).ok;
  } catch {
    return false; // There is no server; the connection reports that.
  }
}

/**
 * Sets the video's source and plays it.
 *
 * @param signal aborted when another source is wanted; then it leaves the video alone
 * @throws {SourceError} the camera was refused, the clip is missing, the file cannot be played
 */
export async function openSource(
  video: HTMLVideoElement,
  source: Source,
  signal: AbortSignal,
): Promise<void> {
  closeSource(video);
  if (source.kind === "webcam") {
    const camera = await cameraStream();
    if (signal.aborted) return stopCamera(camera);
    video.srcObject = camera;
  } else {
    video.src = source.kind === "file" ? URL.createObjectURL(source.file) : SAMPLE_URL;
  }
  try {
    await video.play();
  } catch {
    // It ends so, too, when the video is given another source.
    if (signal.aborted) return;
    // The error of play() differs by browser, so the message goes by the source.
    const what =
      source.kind === "file"
        ? `This browser cannot play ${source.file.name}. Try an MP4 (H.264) or WebM file.`
        : "The sample clip does not play. Choose the webcam or a file instead.";
    throw new SourceError(what);
  }
}

/** Stops the camera, or releases the file. */
export function closeSource(video: HTMLVideoElement): void {
  video.pause();
  if (video.srcObject instanceof MediaStream) stopCamera(video.srcObject);
  if (video.src.startsWith("blob:")) URL.revokeObjectURL(video.src);
  video.srcObject = null;
  video.removeAttribute("src");
}

function stopCamera(camera: MediaStream): void {
  for (const track of camera.getTracks()) track.stop();
}

async function cameraStream(): Promise<MediaStream> {
  try {
    return await openCamera();
  } catch (error) {
    if (error instanceof ClientError) throw new SourceError(cameraProblem(error));
    throw error;
  }
}

function cameraProblem({ code, message }: ClientError): string {
  switch (code) {
    case "camera_refused":
      return "The camera was not allowed. Allow it in the address bar, then choose Webcam again.";
    case "camera_missing":
      return "No camera was found. Connect one, or choose the sample clip or a file.";
    case "camera_busy":
      return "Another program is using the camera. Close that program, then choose Webcam again.";
    case "unsupported":
      return message;
    default:
      return `${message} Choose the sample clip or a file.`;
  }
}
