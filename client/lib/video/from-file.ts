import { ClientError } from "../errors.ts";
import type { Session } from "../session/session.ts";
import { fromVideo, type VideoFeed } from "./from-video.ts";
import { hiddenVideo } from "./hidden-video.ts";
import type { VideoOptions } from "./options.ts";

/** A file that is being sent. */
export interface FileFeed extends VideoFeed {
  /** Resolves when it has been played to its end, or was stopped. */
  readonly ended: Promise<void>;
}

/**
 * Plays a video file and sends its pictures while it plays, as fast as it was recorded.
 *
 * @param file what the user has chosen
 * @throws {ClientError} `video_unplayable`
 * @example
 * ```ts
 * const feed = await fromFile(session, input.files[0]);
 * await feed.ended;
 * ```
 */
export async function fromFile(
  session: Session,
  file: Blob,
  options: Omit<VideoOptions, "isLive"> = {},
): Promise<FileFeed> {
  const video = hiddenVideo();
  const url = URL.createObjectURL(file);
  const feed = fromVideo(session, video, options);
  let release!: () => void;
  const ended = new Promise<void>((resolve) => {
    release = () => {
      feed.stop();
      video.removeAttribute("src");
      URL.revokeObjectURL(url);
      resolve();
    };
  });
  video.addEventListener("ended", release);
  video.src = url;
  try {
    await video.play();
  } catch (cause) {
    release();
    throw new ClientError(
      "video_unplayable",
      "This browser cannot play the file. Try an MP4 (H.264) or WebM file.",
      {
        cause,
      },
    );
  }
  return {
    ended,
    get skipped() {
      return feed.skipped;
    },
    stop: () => {
      video.pause();
      release();
    },
  };
}
