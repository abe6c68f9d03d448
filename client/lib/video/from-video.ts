import type { Dom } from "../dom.ts";
import type { Session } from "../session/session.ts";
import { Beat } from "./beat.ts";
import type { VideoOptions } from "./options.ts";
import { Pictures } from "./pictures.ts";

/** A video that is being sent. */
export interface VideoFeed {
  /** Pictures that were left out because the one before was still being encoded. Those that the network had no room for are in `session.frames`. */
  readonly skipped: number;
  /** Sends nothing more. The session goes on. */
  stop(): void;
}

/**
 * Sends what a `<video>` shows, at the rate of the session. Of a clip only pictures newer than all before are sent, so that
 * seeking back does not send time backwards. While there is no connection nothing is encoded.
 *
 * @example
 * ```ts
 * const feed = fromVideo(session, document.querySelector("video")!);
 * feed.stop();
 * ```
 */
export function fromVideo(
  session: Session,
  video: Dom<"HTMLVideoElement">,
  options: VideoOptions = {},
): VideoFeed {
  return new Feed(session, video, options);
}

class Feed implements VideoFeed {
  skipped = 0;
  private readonly pictures: Pictures;
  private beat: Beat | null = null;
  private fps = 0;
  private liveSinceMs: number | null = null;
  private newestMs = -1;
  private isEncoding = false;
  private isStopped = false;

  constructor(
    private readonly session: Session,
    private readonly video: HTMLVideoElement,
    private readonly options: VideoOptions,
  ) {
    this.pictures = new Pictures(options);
    this.watch();
  }

  stop(): void {
    this.isStopped = true;
  }

  /** Called for every picture that the browser shows. */
  private watch(): void {
    const onFrame = (nowMs: number, frame?: VideoFrameCallbackMetadata) => {
      if (this.isStopped || this.session.state.phase === "closed") return;
      if (this.video.videoWidth > 0) {
        this.liveSinceMs ??= nowMs;
        const shownMs = (frame?.mediaTime ?? this.video.currentTime) * 1000;
        this.consider(this.options.isLive ? nowMs - this.liveSinceMs : shownMs);
      }
      this.watch();
    };
    if ("requestVideoFrameCallback" in this.video) this.video.requestVideoFrameCallback(onFrame);
    else requestAnimationFrame((now) => onFrame(now));
  }

  private consider(mediaTimeMs: number): void {
    const { info, state } = this.session;
    if (info === null || state.phase !== "open" || mediaTimeMs <= this.newestMs) return;
    if (this.fps !== info.fps) {
      this.fps = info.fps;
      this.beat = new Beat(info.fps);
    }
    this.newestMs = mediaTimeMs;
    if (!this.beat?.take(mediaTimeMs)) return;
    if (this.isEncoding) this.skipped++;
    else void this.send(mediaTimeMs);
  }

  private async send(mediaTimeMs: number): Promise<void> {
    const { info } = this.session;
    if (info === null) return;
    this.isEncoding = true;
    try {
      const picture = await this.pictures.take(this.video, info);
      const isWanted = !this.isStopped && this.session.state.phase !== "closed";
      if (picture === null || !isWanted) return;
      this.session.sendFrame(picture, { mediaTimeMs });
      this.options.onPicture?.(picture, mediaTimeMs);
    } finally {
      this.isEncoding = false;
    }
  }
}
