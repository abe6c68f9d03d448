import { ClientError, openCamera } from "../../lib/mod.ts";
import { SourceError } from "./source.ts";

/** Enough for every model, and given by every camera. Of the two of a phone, the one that looks away from the person. */
const WANTED = {
  width: { ideal: 640 },
  height: { ideal: 480 },
  facingMode: { ideal: "environment" },
  // Browsers would cut an upright or wide picture to these proportions.
  resizeMode: { ideal: "none" },
};

/** Why this page gets neither camera nor screen, for people; null: it may ask for them. */
export function whyNoCamera(): string | null {
  if (globalThis.isSecureContext) return null;
  return `Browsers give a camera or the screen only to pages with https, and to localhost. Start the server with thinkalong serve --tls-self-signed, and open https://${location.host}. A file or the URL of a camera works here, too.`;
}

/** Phones share no screen. */
export const sharesScreen = (): boolean =>
  whyNoCamera() !== null || navigator.mediaDevices?.getDisplayMedia !== undefined;

/** @throws {SourceError} it was refused, is missing or busy */
export async function openCameraOf(deviceId: string | undefined): Promise<MediaStream> {
  try {
    return await openCamera({
      ...WANTED,
      ...(deviceId === undefined ? {} : { deviceId: { exact: deviceId } }),
    });
  } catch (error) {
    if (error instanceof ClientError) throw new SourceError(cameraProblem(error));
    throw error;
  }
}

/** @throws {SourceError} it was not shared */
export async function openScreen(): Promise<MediaStream> {
  const why = whyNoCamera();
  if (why !== null) throw new SourceError(why);
  try {
    return await navigator.mediaDevices.getDisplayMedia({ video: true, audio: false });
  } catch (error) {
    const isDenied = error instanceof DOMException && error.name === "NotAllowedError";
    throw new SourceError(
      isDenied
        ? "The screen was not shared. Choose Screen again to share one, and allow it in the browser's question."
        : "The screen cannot be shared by this browser. Choose a camera or a file.",
    );
  }
}

function cameraProblem({ code, message }: ClientError): string {
  switch (code) {
    case "camera_refused":
      return "The camera was not allowed. Allow it beside the address of this page, then choose Webcam again.";
    case "camera_missing":
      return "No camera was found. Connect one, or choose a clip, a file or the URL of a camera.";
    case "camera_busy":
      return "Another program is using the camera. Close that program, then choose Webcam again.";
    case "unsupported":
      return whyNoCamera() ?? message;
    default:
      return `${message} Choose another camera, a clip or a file.`;
  }
}
