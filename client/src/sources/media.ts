import { openCameraOf, openScreen } from "./live.ts";
import { sampleUrl } from "./samples.ts";
import { type OwnSource, SourceError } from "./source.ts";

/** What a video element can show. */
export interface Media {
  /** Of a live source; null: `url` has it. */
  readonly stream: MediaStream | null;
  readonly url: string | null;
  /** Switches the camera off, or lets go of the file. */
  release(): void;
}

/**
 * Opens a source while another one plays on. What can fail of it fails here.
 *
 * @throws {SourceError} the camera was refused, the clip is missing, the file cannot be played
 */
export async function openMedia(source: OwnSource): Promise<Media> {
  switch (source.kind) {
    case "webcam":
      return ofStream(await openCameraOf(source.deviceId));
    case "screen":
      return ofStream(await openScreen());
    case "sample":
      return await ofUrl(
        sampleUrl(source.file),
        `The clip ${source.title} does not play. Choose another video.`,
        () => {},
      );
    case "file": {
      const url = URL.createObjectURL(source.file);
      const problem = `This browser cannot play ${source.file.name}. Try an MP4 (H.264) or WebM file.`;
      return await ofUrl(url, problem, () => URL.revokeObjectURL(url));
    }
  }
}

/** Gives it to the video element, and takes the sound away: nobody listens to it here. */
export function attach(video: HTMLVideoElement, media: Media | null): void {
  video.pause();
  video.srcObject = media?.stream ?? null;
  if (media?.url) video.src = media.url;
  else video.removeAttribute("src");
  // Without a source, it still shows the last picture until it is told to look.
  if (media === null) video.load();
}

export function ofStream(stream: MediaStream): Media {
  return {
    stream,
    url: null,
    release: () => {
      for (const track of stream.getTracks()) track.stop();
    },
  };
}

async function ofUrl(url: string, problem: string, release: () => void): Promise<Media> {
  const trial = document.createElement("video");
  trial.muted = true;
  trial.preload = "metadata";
  try {
    await new Promise<void>((resolve, reject) => {
      trial.onloadedmetadata = () => (trial.videoWidth > 0 ? resolve() : reject(new SourceError(problem)));
      trial.onerror = () => reject(new SourceError(problem));
      trial.src = url;
    });
    return { stream: null, url, release };
  } catch (error) {
    release();
    throw error;
  } finally {
    trial.onerror = trial.onloadedmetadata = null;
    trial.removeAttribute("src");
    trial.load();
  }
}
