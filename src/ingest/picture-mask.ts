import sharp from "sharp";
import { IngestError } from "./errors.ts";
import { type Frame, type FrameStamp, toJpeg } from "./frame.ts";
import type { PictureSize } from "./picture-size.ts";
import { type Mask, maskSchema } from "./polygon.ts";
import { blacken, type Runs, runsInside } from "./polygon-runs.ts";
import { type Scaling, scaleWith, shrinkRgb } from "./scaling.ts";

/**
 * Blackens parts of frames, so that nobody sees them: neither a model, nor who asks for a picture. A frame is blackened at
 * its own size, before it is scaled or encoded in any way, and a little beyond the edges of the mask. So no value of a
 * pixel under the mask has an influence on what a frame gives out.
 *
 * @example
 * const mask = new PictureMask([[[0, 0], [0.5, 0], [0.5, 0.3], [0, 0.3]]]);
 * const seen = mask.over(frame);
 */
export class PictureMask {
  private readonly polygons: Mask;
  /** The last size (px), and what is covered there. The frames of a camera have one size. */
  private size: PictureSize = { width: 0, height: 0 };
  private covered: Runs = new Uint32Array();

  /** @throws {IngestError} `option_out_of_range` */
  constructor(polygons: Mask) {
    const parsed = maskSchema.safeParse(polygons);
    if (!parsed.success) {
      const [{ path, message }] = parsed.error.issues as unknown as [
        { path: PropertyKey[]; message: string },
      ];
      throw new IngestError(
        "option_out_of_range",
        `The mask is not valid at [${path.join("][")}]. ${message}`,
      );
    }
    this.polygons = parsed.data;
  }

  /** The frame without what is under the mask. It has the frame's number and times. */
  over(frame: Frame): Frame {
    return this.polygons.length === 0 ? frame : new MaskedFrame(frame, (size) => this.runs(size));
  }

  private runs({ width, height }: PictureSize): Runs {
    if (width !== this.size.width || height !== this.size.height) {
      this.covered = runsInside(this.polygons, { width, height });
      this.size = { width, height };
    }
    return this.covered;
  }
}

class MaskedFrame implements Frame {
  readonly seq: number;
  readonly mediaTimeMs: number;
  readonly arrivedAtMs: number;
  readonly size: PictureSize;

  constructor(
    private readonly frame: Frame,
    private readonly covered: (size: PictureSize) => Runs,
  ) {
    const { seq, mediaTimeMs, arrivedAtMs, size }: FrameStamp & Pick<Frame, "size"> = frame;
    this.seq = seq;
    this.mediaTimeMs = mediaTimeMs;
    this.arrivedAtMs = arrivedAtMs;
    this.size = size;
  }

  async rgb(width: number, height: number, scaling: Scaling = {}): Promise<Uint8Array> {
    const { size } = this;
    const data = await this.blackened();
    return await scaleWith(size, { width, height }, scaling, (smaller, kernel) =>
      shrinkRgb(data, size, smaller, kernel),
    );
  }

  async jpeg(maxSide: number): Promise<Uint8Array> {
    const { width, height } = this.size;
    return await toJpeg(sharp(await this.blackened(), { raw: { width, height, channels: 3 } }), maxSide);
  }

  /** The whole picture at its own size. It is made anew each time, because few frames are asked twice. */
  private async blackened(): Promise<Uint8Array> {
    const { width, height } = this.size;
    // The frame's own pixels must not be changed.
    const data = new Uint8Array(await this.frame.rgb(width, height));
    blacken(data, this.covered({ width, height }));
    return data;
  }
}
