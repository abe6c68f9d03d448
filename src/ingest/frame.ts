import sharp, { type Sharp } from "sharp";
import { type DecodedImage, decodeImage } from "./decode-image.ts";
import { IngestError } from "./errors.ts";

/** Where a frame stands in its stream. */
export interface FrameStamp {
  /** Counts the frames of a stream from 0, dropped ones included. */
  readonly seq: number;
  /** When it was captured, in the stream's own time (ms). */
  readonly mediaTimeMs: number;
  /** When this process got its last byte: `performance.now()` of the main thread (ms). */
  readonly arrivedAtMs: number;
}

/** One picture with its place in time. Whoever needs its pixels or its JPEG asks for them at the size that it wants. */
export interface Frame extends FrameStamp {
  /** Pixels of the wanted size (px): `width * height * 3` bytes of RGB, row-major. They must not be written to. */
  rgb(width: number, height: number): Promise<Uint8Array>;
  /** A JPEG of the picture, upright, in its own proportions, of which no side is longer than `maxSide` (px). */
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

/** Quality of the JPEGs that are made here: artefacts are hardly visible at it, and a larger file shows nothing more. */
const JPEG_QUALITY = 85;

/** A frame that came as pixels, such as one that ffmpeg decoded. */
export class RgbFrame implements Frame {
  readonly seq: number;
  readonly mediaTimeMs: number;
  readonly arrivedAtMs: number;

  /**
   * @param picture at the size that a model looks at, given out as it is where that size is asked for
   * @param large the same picture at a larger size, where one was decoded; everything else is scaled from it
   * @throws {IngestError} `frame_size`, when a picture's bytes do not fit its size
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
      const message = `A frame of ${width}×${height} has ${width * height * 3} bytes of RGB; this one has ${data.length}.`;
      throw new IngestError("frame_size", message);
    }
  }

  async rgb(width: number, height: number): Promise<Uint8Array> {
    const { picture } = this;
    if (picture.width === width && picture.height === height) return picture.data;
    return await this.open().resize(width, height, { fit: "fill", kernel: "cubic" }).raw().toBuffer();
  }

  async jpeg(maxSide: number): Promise<Uint8Array> {
    return await toJpeg(this.open(), maxSide);
  }

  private open() {
    const { width, height, data } = this.large;
    return sharp(data, { raw: { width, height, channels: 3 } });
  }
}

/** A frame that came as an encoded image. It keeps the bytes, so that what a client sent can be passed on untouched. */
export class EncodedFrame implements Frame {
  readonly seq: number;
  readonly mediaTimeMs: number;
  readonly arrivedAtMs: number;

  /** @param decoded the image at the size that a model looks at; also the proof that it can be decoded */
  constructor(
    { seq, mediaTimeMs, arrivedAtMs }: FrameStamp,
    private readonly bytes: Uint8Array,
    private readonly decoded: DecodedImage,
  ) {
    this.seq = seq;
    this.mediaTimeMs = mediaTimeMs;
    this.arrivedAtMs = arrivedAtMs;
  }

  /** @throws {IngestError} `image_undecodable` */
  async rgb(width: number, height: number): Promise<Uint8Array> {
    const { decoded } = this;
    if (decoded.width === width && decoded.height === height) return decoded.data;
    // It was let in by its sender's limits: those that it has itself are none any more.
    const limits = {
      maxBytes: this.bytes.length,
      maxPixels: decoded.source.width * decoded.source.height,
    };
    return (await decodeImage(this.bytes, { width, height, ...limits })).data;
  }

  async jpeg(maxSide: number): Promise<Uint8Array> {
    const { type, upright, width, height } = this.decoded.source;
    if (type === "jpeg" && upright && Math.max(width, height) <= maxSide) return this.bytes;
    const picture = sharp(this.bytes, { limitInputPixels: false, pages: 1 }).autoOrient();
    return await toJpeg(picture.flatten({ background: "black" }), maxSide);
  }
}

/** The same picture at another place in its stream. (A spread of a frame would lose its methods.) */
export function restamped(frame: Frame, stamp: Partial<FrameStamp>): Frame {
  const { seq, mediaTimeMs, arrivedAtMs } = frame;
  return {
    ...{ seq, mediaTimeMs, arrivedAtMs },
    ...stamp,
    rgb: (width, height) => frame.rgb(width, height),
    jpeg: (maxSide) => frame.jpeg(maxSide),
  };
}

/** Pixels of some frames at one size (px), one after the other, in a buffer of their own, which can be transferred. */
export async function joinRgb(frames: readonly Frame[], width: number, height: number): Promise<Uint8Array> {
  const pictures = await Promise.all(frames.map((frame) => frame.rgb(width, height)));
  const size = width * height * 3;
  const joined = new Uint8Array(size * pictures.length);
  pictures.forEach((picture, i) => {
    joined.set(picture, i * size);
  });
  return joined;
}

function toJpeg(picture: Sharp, maxSide: number): Promise<Buffer> {
  return picture
    .resize(maxSide, maxSide, { fit: "inside", withoutEnlargement: true })
    .toColourspace("srgb")
    .jpeg({ quality: JPEG_QUALITY })
    .toBuffer();
}

/** Why a frame was not looked at. */
export type DropReason = "busy" | "rate" | "duplicate" | "decode_error";

/** A frame that was left out, and why. Nothing is dropped without one of these. */
export interface DroppedFrame {
  readonly seq: number;
  readonly mediaTimeMs: number;
  readonly reason: DropReason;
}
