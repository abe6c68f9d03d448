import sharp from "sharp";
import { checkPositive, checkSize } from "./check-options.ts";
import { messageOf } from "./errors.ts";
import {
  type EncodedImage,
  type ImageLimits,
  isCutOff,
  readImageHeader,
  undecodable,
} from "./image-header.ts";
import type { Scaling } from "./scaling.ts";

export interface DecodeImageOptions extends ImageLimits {
  /** px; the picture is squeezed into it, not letterboxed. */
  readonly width: number;
  /** px */
  readonly height: number;
}

export interface DecodedImage {
  /** RGB, 8 bits, row-major: `width * height * 3` bytes in a buffer of its own, so that it can be transferred. */
  readonly data: Uint8Array;
  /** px */
  readonly width: number;
  /** px */
  readonly height: number;
  /** The encoded image: its type and its own size. */
  readonly original: EncodedImage;
}

// Every frame is new, so libvips' cache would only hold memory. One thread a picture: pictures of this size gain
// nothing from more threads, and the models need the cores.
sharp.cache(false);
sharp.concurrency(1);

/**
 * Decodes one JPEG, PNG or WebP to RGB of the wanted size. The picture is turned upright (EXIF), transparency becomes
 * black, greyscale and CMYK become RGB, and of an animation the first picture is taken.
 *
 * @example
 * const { data } = await decodeImage(await readFile("cat.jpg"), { width: 64, height: 64 });
 * @throws {IngestError} `image_too_large`, `image_too_many_pixels` (both before anything is decoded),
 *   `image_unsupported_type`, `image_undecodable`, `option_out_of_range`
 */
export async function decodeImage(bytes: Uint8Array, options: DecodeImageOptions): Promise<DecodedImage> {
  checkImageOptions(options);
  return await decodePixels(bytes, await readImageHeader(bytes, options), options);
}

/**
 * Decodes an image whose header was read and checked.
 *
 * @throws {IngestError} `image_undecodable`
 */
export async function decodePixels(
  bytes: Uint8Array,
  original: EncodedImage,
  { width, height, kernel = "cubic" }: Pick<DecodeImageOptions, "width" | "height"> & Pick<Scaling, "kernel">,
): Promise<DecodedImage> {
  const limitInputPixels = original.width * original.height;
  const complete = original.type === "jpeg" ? withEndMark(bytes) : bytes;
  const decode = (failOn: "warning" | "error") =>
    sharp(complete, { limitInputPixels, failOn, pages: 1 })
      .autoOrient()
      .resize(width, height, { fit: "fill", kernel })
      .flatten({ background: "black" })
      .toColourspace("srgb")
      .raw()
      .toBuffer();
  try {
    // That data is missing is only a warning to the decoder, and so are harmless defects of many cameras' JPEGs.
    const rgb = await decode("warning").catch((error) => {
      if (isCutOff(messageOf(error))) throw error;
      return decode("error");
    });
    return { data: new Uint8Array(rgb), width, height, original };
  } catch (cause) {
    throw undecodable(cause);
  }
}

/** @throws {IngestError} `option_out_of_range` */
export function checkImageOptions(options: DecodeImageOptions): void {
  checkSize(options);
  checkPositive("maxBytes", options.maxBytes);
  checkPositive("maxPixels", options.maxPixels);
}

/** Some cameras leave out a JPEG's end mark. Whether its data are complete, the decoder finds out. */
function withEndMark(bytes: Uint8Array): Uint8Array {
  const hasMark = bytes.at(-2) === 0xff && bytes.at(-1) === 0xd9;
  return hasMark ? bytes : Buffer.concat([bytes, Buffer.from([0xff, 0xd9])]);
}
