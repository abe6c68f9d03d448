import type { RgbPicture } from "./frame.ts";
import type { PictureSize } from "./picture-size.ts";

/** The pictures of one frame: one at the size of the model and, when it was asked for, a larger one. */
export interface FramePictures {
  readonly small: RgbPicture;
  readonly large: RgbPicture | undefined;
}

/**
 * How ffmpeg writes a frame to its pipe: the picture for the model alone, or a larger picture with that one below it.
 * Both are scaled from the same decoded frame. One pipe keeps the two together. The picture for the model has the same
 * bytes in both cases.
 */
export class FrameLayout {
  /** Bytes of one frame on the pipe. */
  readonly bytes: number;
  private readonly width: number;
  /** The room of the larger picture. */
  private readonly large: PictureSize | null;
  private readonly maxSide: number | null;

  /**
   * @param large size of the larger picture (px); where the video's size is not known before it comes, or changes, only
   *   the longest that a side may be: the picture lies in the corner of a square of that side then
   */
  constructor(
    private readonly small: PictureSize,
    large: PictureSize | { readonly maxSide: number } | null = null,
  ) {
    this.maxSide = large !== null && "maxSide" in large ? large.maxSide : null;
    this.large =
      large !== null && "maxSide" in large ? { width: large.maxSide, height: large.maxSide } : large;
    this.width = Math.max(small.width, this.large?.width ?? 0);
    this.bytes = 3 * this.width * (small.height + (this.large?.height ?? 0));
  }

  /** The part of ffmpeg's filter graph that comes after `fps`. */
  get filter(): string {
    const { small, large, maxSide } = this;
    const scale = ({ width, height }: PictureSize) => `scale=${width}:${height}:flags=area`;
    if (large === null) return scale(small);
    const fit = `scale='min(${maxSide},iw)':'min(${maxSide},ih)':force_original_aspect_ratio=decrease:flags=area`;
    const part = (size: PictureSize, scaled: string) =>
      `${scaled},format=rgb24,pad=${this.width}:${size.height}`;
    const parts = [part(large, maxSide === null ? scale(large) : fit), part(small, scale(small))];
    return `split[a][b];[a]${parts[0]}[large];[b]${parts[1]}[small];[large][small]vstack`;
  }

  /**
   * Splits a frame into its pictures. A picture as wide as the frame is a view of it, a narrower one is a copy.
   *
   * @param source size of the video (px), where it was not known before
   */
  split(frame: Uint8Array, source?: PictureSize): FramePictures {
    const { small, large, maxSide } = this;
    const shown = maxSide === null || source === undefined ? large : fitInside(source, maxSide);
    return {
      large: shown === null ? undefined : this.picture(frame, 0, shown),
      small: this.picture(frame, large?.height ?? 0, small),
    };
  }

  private picture(frame: Uint8Array, firstRow: number, { width, height }: PictureSize): RgbPicture {
    const stride = 3 * this.width;
    const first = firstRow * stride;
    if (width === this.width) return { width, height, data: frame.subarray(first, first + height * stride) };
    const data = new Uint8Array(3 * width * height);
    for (let row = 0; row < height; row++) {
      const from = first + row * stride;
      data.set(frame.subarray(from, from + 3 * width), row * 3 * width);
    }
    return { width, height, data };
  }
}

/**
 * Scales a size down so that its longer side is at most `maxSide` (px), in its own proportions. It is never scaled up.
 */
export function fitInside({ width, height }: PictureSize, maxSide: number): PictureSize {
  const factor = Math.min(1, maxSide / Math.max(width, height));
  const scaled = (side: number) => Math.max(1, Math.round(side * factor));
  return { width: scaled(width), height: scaled(height) };
}
