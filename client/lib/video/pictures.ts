import type { ConnectedSession } from "../../../src/protocol/session-object.ts";
import type { PictureOptions } from "./options.ts";

/** The bundled model sees a much smaller picture, so a larger one than this, or than a model's own, only costs bandwidth. */
const LEAST_SIDE_PX = 640;

/** Makes JPEGs of what a video shows, one after the other, as large as a session wants them. */
export class Pictures {
  private readonly canvas = newCanvas();

  constructor(private readonly options: PictureOptions) {}

  /** The picture that is shown now; null when it cannot be drawn. */
  async take(video: HTMLVideoElement, { limits, model_info }: ConnectedSession): Promise<Blob | null> {
    const { videoWidth, videoHeight } = video;
    // What is called of it, both kinds of canvas have.
    const context = (this.canvas as HTMLCanvasElement).getContext("2d", { alpha: false });
    if (context === null || videoWidth === 0) return null;
    const most = Math.sqrt(limits.max_frame_pixels / (videoWidth * videoHeight));
    const side = this.options.side ?? Math.max(LEAST_SIDE_PX, model_info.width, model_info.height);
    const scale = Math.min(1, most, side / Math.max(videoWidth, videoHeight));
    this.canvas.width = Math.max(1, Math.floor(videoWidth * scale));
    this.canvas.height = Math.max(1, Math.floor(videoHeight * scale));
    context.imageSmoothingQuality = "high";
    context.drawImage(video, 0, 0, this.canvas.width, this.canvas.height);
    return await this.encoded(this.options.quality ?? 0.85);
  }

  private encoded(quality: number): Promise<Blob | null> {
    const { canvas } = this;
    if ("convertToBlob" in canvas) return canvas.convertToBlob({ type: "image/jpeg", quality });
    return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", quality));
  }
}

function newCanvas(): OffscreenCanvas | HTMLCanvasElement {
  return typeof OffscreenCanvas === "undefined"
    ? document.createElement("canvas")
    : new OffscreenCanvas(1, 1);
}
