import sharp, { type Sharp } from "sharp";
import { type DecodedImage, decodePixels } from "./decode-image.ts";
import { IngestError } from "./errors.ts";
import type { PictureSize } from "./picture-size.ts";
import { type Scaling, scaleWith, shrinkRgb } from "./scaling.ts";

/** The number and the times of a frame. */
export interface FrameStamp {
  /** Counts the frames of a stream from 0, dropped ones included. */
  readonly seq: number;
  /** When it was captured, in the stream's own time (ms). */
  readonly mediaTimeMs: number;
  /** When this process had its last byte: `performance.now()` of the main thread (ms). */
  readonly arrivedAtMs: number;
}

/** One picture of a stream. It gives its pixels or a JPEG at any size, and computes them only when asked. */
export interface Frame extends FrameStamp {
  /** Its own size, upright (px). */
  readonly size: PictureSize;
  /** The picture scaled to a size (px): `width * height * 3` bytes of RGB, row-major. They must not be changed. */
  rgb(width: number, height: number, scaling?: Scaling): Promise<Uint8Array>;
  /** A JPEG of the picture, upright and in its own proportions. No side is longer than `maxSide` (px). */
  jpeg(maxSide: number): Promise<Uint8Array>;
}

/** RGB pixels: 8 bits, row-major, `width * height * 3` bytes. */
export interface RgbPicture {
  /** px */
  readonly width: number;
  /** px */
  readonly height: number;
  readonly data: Uint8Array;
}

/** Quality of the JPEGs that are made here. At 85, artefacts are hardly visible, and a larger file shows no more. */
const JPEG_QUALITY = 85;

/** A frame that came as pixels, such as one that ffmpeg decoded. */
export class RgbFrame implements Frame {
  readonly seq: number;
  readonly mediaTimeMs: number;
  readonly arrivedAtMs: number;

  /**
   * @param picture the picture at the size that the model looks at; `rgb` returns it as it is for that size
   * @param large the same picture at a larger size, from which all other sizes are scaled; default: `picture`
   * @throws {IngestError} `frame_size`, when the number of bytes of a picture does not fit its size
   */
  constructor(
    { seq, mediaTimeMs, arrivedAtMs }: FrameStamp,
    private readonly picture: RgbPicture,
    private readonly large: RgbPicture = picture,
  ) {
    this.seq = seq;
    this.mediaTimeMs = mediaTimeMs;
    this.arrivedAtMs = arrivedAtMs;
    for (const { width, height, data } of [picture, large]) {
      if (data.length === width * height * 3) continue;
      const message = `The frame has ${data.length} bytes. ${width}×${height} px of RGB must have ${width * height * 3}.`;
      throw new IngestError("frame_size", message);
    }
  }

  get size(): PictureSize {
    const { width, height } = this.large;
    return { width, height };
  }

  async rgb(width: number, height: number, scaling: Scaling = {}): Promise<Uint8Array> {
    const { picture, large } = this;
    if (picture.width === width && picture.height === height) return picture.data;
    return await scaleWith(large, { width, height }, scaling, (size, kernel) =>
      shrinkRgb(large.data, large, size, kernel),
    );
  }

  async jpeg(maxSide: number): Promise<Uint8Array> {
    return await toJpeg(this.open(), maxSide);
  }

  private open() {
    const { width, height, data } = this.large;
    return sharp(data, { raw: { width, height, channels: 3 } });
  }
}

/** A frame that came as an encoded image. It keeps the bytes, so that they can be passed on as the client sent them. */
export class EncodedFrame implements Frame {
  readonly seq: number;
  readonly mediaTimeMs: number;
  readonly arrivedAtMs: number;

  /** @param decoded the image at the size that the model looks at */
  constructor(
    { seq, mediaTimeMs, arrivedAtMs }: FrameStamp,
    private readonly bytes: Uint8Array,
    private readonly decoded: DecodedImage,
  ) {
    this.seq = seq;
    this.mediaTimeMs = mediaTimeMs;
    this.arrivedAtMs = arrivedAtMs;
  }

  get size(): PictureSize {
    const { width, height, sideways } = this.decoded.original;
    return sideways ? { width: height, height: width } : { width, height };
  }

  /** @throws {IngestError} `image_undecodable` */
  async rgb(width: number, height: number, scaling: Scaling = {}): Promise<Uint8Array> {
    const { bytes, decoded } = this;
    if (decoded.width === width && decoded.height === height) return decoded.data;
    const { original } = decoded;
    return await scaleWith(original, { width, height }, scaling, async (size, kernel) => {
      return (await decodePixels(bytes, original, { ...size, kernel })).data;
    });
  }

  async jpeg(maxSide: number): Promise<Uint8Array> {
    const { type, upright, width, height } = this.decoded.original;
    if (type === "jpeg" && upright && Math.max(width, height) <= maxSide) return this.bytes;
    const picture = sharp(this.bytes, { limitInputPixels: false, pages: 1 }).autoOrient();
    return await toJpeg(picture.flatten({ background: "black" }), maxSide);
  }
}

/** The same picture with another number or other times. (Spreading a frame would lose its methods.) */
export function restamped(frame: Frame, stamp: Partial<FrameStamp>): Frame {
  const { seq, mediaTimeMs, arrivedAtMs } = frame;
  return {
    ...{ seq, mediaTimeMs, arrivedAtMs },
    ...stamp,
    size: frame.size,
    rgb: (width, height, scaling) => frame.rgb(width, height, scaling),
    jpeg: (maxSide) => frame.jpeg(maxSide),
  };
}

/**
 * The pixels of several frames at one size (px), one after the other in a new buffer, which can be transferred.
 *
 * @throws {RangeError} when a frame gives more or fewer pixels
 */
export async function joinRgb(
  frames: readonly Frame[],
  width: number,
  height: number,
  scaling?: Scaling,
): Promise<Uint8Array> {
  const pictures = await Promise.all(frames.map((frame) => frame.rgb(width, height, scaling)));
  const size = width * height * 3;
  const joined = new Uint8Array(size * pictures.length);
  for (const [i, picture] of pictures.entries()) {
    if (picture.length !== size) {
      const message = `A frame gave ${picture.length} bytes for ${width} × ${height} px. It must give ${size}, 3 a pixel.`;
      throw new RangeError(message);
    }
    joined.set(picture, i * size);
  }
  return joined;
}

/** A JPEG of a picture, no larger than it is. No side is longer than `maxSide` (px). */
export function toJpeg(picture: Sharp, maxSide: number): Promise<Buffer> {
  return picture
    .resize(maxSide, maxSide, { fit: "inside", withoutEnlargement: true })
    .toColourspace("srgb")
    .jpeg({ quality: JPEG_QUALITY })
    .toBuffer();
}

/** Why a frame was dropped. The protocol explains the reasons (`input_video_frame.dropped`). */
export type DropReason = "busy" | "rate" | "duplicate" | "decode_error";

/** A frame that was dropped, and why. Every frame that is dropped is reported with one of these. */
export interface DroppedFrame {
  readonly seq: number;
  readonly mediaTimeMs: number;
  readonly reason: DropReason;
}
