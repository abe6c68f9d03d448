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
 *
 * The larger picture has the video's own proportions. They are not known before ffmpeg has opened the video, and a
 * camera may change them. So it has a square of a fixed size on the pipe, and lies in its upper left corner.
 */
export class FrameLayout {
  /** Bytes of one frame on the pipe. */
  readonly bytes: number;
  private readonly width: number;
  /** Side of the square (px). */
  private readonly box: number;

  /** @param largeSide longest side of the larger picture (px); default: there is none */
  constructor(
    private readonly small: PictureSize,
    private readonly largeSide: number | null = null,
  ) {
    this.box = Math.ceil(largeSide ?? 0);
    this.width = Math.max(small.width, this.box);
    this.bytes = 3 * this.width * (small.height + this.box);
  }

  /** The last part of ffmpeg's filter graph. */
  get filter(): string {
    const { small, largeSide, box, width } = this;
    const scale = (to: string) => `scale=${to}:flags=area`;
    const model = scale(`${small.width}:${small.height}`);
    if (largeSide === null) return model;
    // The same as `fitInside`.
    const fitted = (side: string) => `'max(1,round(${side}*min(1,${largeSide}/max(iw,ih))))'`;
    const padded = (rows: number) => `format=rgb24,pad=${width}:${rows}`;
    const large = `${scale(`${fitted("iw")}:${fitted("ih")}`)},${padded(box)}`;
    return `split[a][b];[a]${large}[large];[b]${model},${padded(small.height)}[small];[large][small]vstack`;
  }

  /**
   * Splits a frame into its pictures. A picture as wide as the frame is a view of it, a narrower one is a copy.
   *
   * @param source size of the video as it is shown; null when it is not known: then the larger picture is the square
   */
  split(frame: Uint8Array, source: PictureSize | null): FramePictures {
    const { small, largeSide, box } = this;
    if (largeSide === null) return { large: undefined, small: this.picture(frame, 0, small) };
    const size = source === null ? { width: box, height: box } : fitInside(source, largeSide);
    return { large: this.picture(frame, 0, size), small: this.picture(frame, box, small) };
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
