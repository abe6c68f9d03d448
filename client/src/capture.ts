import type { SessionObject } from "../../src/protocol/session-object.ts";
import { Beat } from "./beat.ts";
import type { Connection } from "./connection.ts";

/** The bundled model sees a much smaller picture, so a larger one than this, or than a model's own, only costs bandwidth. */
const LEAST_SIDE_PX = 640;
const JPEG_QUALITY = 0.85;

/**
 * Takes pictures of the playing video at the session's rate and sends them. While another picture is being encoded, or
 * the network is behind, a picture is skipped and not queued. Of a clip only pictures newer than all before are sent,
 * so that seeking back does not send time backwards.
 */
export class Capture {
  private readonly video: HTMLVideoElement;
  private readonly connection: Connection;
  private readonly canvas = document.createElement("canvas");
  private session: SessionObject | null = null;
  private beat: Beat | null = null;
  private isLive = false;
  private liveSinceMs: number | null = null;
  private newestMs = -1;
  private seq = 0;
  private isEncoding = false;
  private unsent = 0;
  private run = 0;

  constructor(video: HTMLVideoElement, connection: Connection) {
    this.video = video;
    this.connection = connection;
  }

  /** Pictures of this session that were not sent because encoding or the network was behind. */
  get skipped(): number {
    return this.unsent;
  }

  /** Pictures of this session that were sent. */
  get sent(): number {
    return this.seq;
  }

  /** Begins a new session: its limits apply from now on, and its frames count from 0. With null nothing is sent. */
  configure(session: SessionObject | null): void {
    this.session = session;
    this.beat = session && new Beat(session.fps);
    this.seq = 0;
    this.unsent = 0;
  }

  /** A new video is about to play. `isLive` is for a camera, whose time is counted from its first picture. */
  start(isLive: boolean): void {
    this.isLive = isLive;
    this.liveSinceMs = null;
    this.newestMs = -1;
    this.run++;
    this.watch(this.run);
  }

  /** Stops sending pictures. The session stays, so questions can still be asked. */
  stop(): void {
    this.run++;
  }

  /** Called for every picture that the browser shows. */
  private watch(run: number): void {
    const onFrame = (nowMs: number, frame?: VideoFrameCallbackMetadata) => {
      if (run !== this.run) return;
      if (this.video.videoWidth > 0) {
        this.liveSinceMs ??= nowMs;
        const shownMs = (frame?.mediaTime ?? this.video.currentTime) * 1000;
        this.consider(this.isLive ? nowMs - this.liveSinceMs : shownMs);
      }
      this.watch(run);
    };
    if ("requestVideoFrameCallback" in this.video) this.video.requestVideoFrameCallback(onFrame);
    else requestAnimationFrame((now) => onFrame(now));
  }

  private consider(mediaTimeMs: number): void {
    if (!this.session || !this.connection.isOpen || mediaTimeMs <= this.newestMs) return;
    this.newestMs = mediaTimeMs;
    if (!this.beat?.take(mediaTimeMs)) return;
    if (this.isEncoding) this.unsent++;
    else this.take(this.session, mediaTimeMs);
  }

  private take(session: SessionObject, mediaTimeMs: number): void {
    const { videoWidth, videoHeight } = this.video;
    const context = this.canvas.getContext("2d", { alpha: false });
    if (!context || videoWidth === 0) return;
    const { limits, model_info } = session;
    const most = Math.sqrt(limits.max_frame_pixels / (videoWidth * videoHeight));
    const side = Math.max(LEAST_SIDE_PX, model_info.width, model_info.height);
    const scale = Math.min(1, most, side / Math.max(videoWidth, videoHeight));
    this.canvas.width = Math.max(1, Math.floor(videoWidth * scale));
    this.canvas.height = Math.max(1, Math.floor(videoHeight * scale));
    context.imageSmoothingQuality = "high";
    context.drawImage(this.video, 0, 0, this.canvas.width, this.canvas.height);
    this.isEncoding = true;
    this.canvas.toBlob(
      (jpeg) => {
        this.isEncoding = false;
        if (jpeg && session === this.session) this.send(session, jpeg, mediaTimeMs);
      },
      "image/jpeg",
      JPEG_QUALITY,
    );
  }

  private send({ limits }: SessionObject, jpeg: Blob, mediaTimeMs: number): void {
    const isBehind = this.connection.bufferedBytes > (limits.max_inflight - 1) * jpeg.size;
    if (isBehind || jpeg.size > limits.max_frame_bytes) this.unsent++;
    else this.connection.sendFrame(jpeg, this.seq++, mediaTimeMs);
  }
}
