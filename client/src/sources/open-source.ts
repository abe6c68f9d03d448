import { ClientError, openCamera } from "../../lib/mod.ts";
import { sampleUrl } from "./samples.ts";
import { type OwnSource, SourceError } from "./source.ts";

/**
 * Sets the video's source and plays it.
 *
 * @param signal aborted when another source is wanted; then it leaves the video alone
 * @throws {SourceError} the camera was refused, the clip is missing, the file cannot be played
 */
export async function openSource(
  video: HTMLVideoElement,
  source: OwnSource,
  signal: AbortSignal,
): Promise<void> {
  if (source.kind === "webcam" || source.kind === "screen") {
    const stream = await (source.kind === "webcam" ? cameraStream() : screenStream());
    if (signal.aborted) return stopTracks(stream);
    closeSource(video);
    video.srcObject = stream;
  } else {
    closeSource(video);
    video.src = source.kind === "file" ? URL.createObjectURL(source.file) : sampleUrl(source.file);
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
        : "The video does not play. Choose another one.";
    throw new SourceError(what);
  }
}

/** Stops the camera, or releases the file. */
export function closeSource(video: HTMLVideoElement): void {
  video.pause();
  if (video.srcObject instanceof MediaStream) stopTracks(video.srcObject);
  if (video.src.startsWith("blob:")) URL.revokeObjectURL(video.src);
  video.srcObject = null;
  video.removeAttribute("src");
}

function stopTracks(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}

async function cameraStream(): Promise<MediaStream> {
  try {
    return await openCamera();
  } catch (error) {
    if (error instanceof ClientError) throw new SourceError(cameraProblem(error));
    throw error;
  }
}

async function screenStream(): Promise<MediaStream> {
  if (!navigator.mediaDevices?.getDisplayMedia)
    throw new SourceError("This browser shares no screen. Choose a camera or a file.");
  try {
    return await navigator.mediaDevices.getDisplayMedia({ video: true, audio: false });
  } catch {
    throw new SourceError("The screen was not shared. Choose Screen again to share one.");
  }
}

function cameraProblem({ code, message }: ClientError): string {
  switch (code) {
    case "camera_refused":
      return "The camera was not allowed. Allow it in the address bar, then choose Webcam again.";
    case "camera_missing":
      return "No camera was found. Connect one, or choose a sample or a file.";
    case "camera_busy":
      return "Another program is using the camera. Close that program, then choose Webcam again.";
    case "unsupported":
      return message;
    default:
      return `${message} Choose a sample or a file.`;
  }
}
