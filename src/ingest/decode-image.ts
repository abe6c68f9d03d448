import sharp from "sharp";
import { checkPositive, checkSize } from "./check-options.ts";
import { IngestError, messageOf } from "./errors.ts";

export interface DecodeImageOptions {
  /** px; the picture is squeezed into it, not letterboxed. */
  readonly width: number;
  /** px */
  readonly height: number;
  /** Largest encoded size (bytes); default 8 MiB. */
  readonly maxBytes?: number;
  /** Most pixels that the picture's header may declare; default 40 million. */
  readonly maxPixels?: number;
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

/** What an encoded image says of itself. */
export interface EncodedImage {
  readonly type: "jpeg" | "png" | "webp";
  /** As stored, before it is turned upright (px). */
  readonly width: number;
  /** px */
  readonly height: number;
  /** False where its EXIF orientation says that it must be turned to be looked at. */
  readonly upright: boolean;
}

const DEFAULT_MAX_BYTES = 8 * 2 ** 20;
const DEFAULT_MAX_PIXELS = 40_000_000;

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
  const { width, height, maxBytes = DEFAULT_MAX_BYTES, maxPixels = DEFAULT_MAX_PIXELS } = options;
  checkImageOptions(options);
  if (bytes.length === 0)
    throw new IngestError(
      "image_undecodable",
      "The image is empty (0 bytes). Send a JPEG, PNG or WebP image.",
    );
  if (bytes.length > maxBytes) {
    throw new IngestError(
      "image_too_large",
      `The image has ${bytes.length} bytes, and the limit is ${maxBytes}. Scale it down or compress it more.`,
    );
  }
  const type = imageType(bytes);
  if (type === null) {
    throw new IngestError(
      "image_unsupported_type",
      "The image is not a JPEG, PNG or WebP. Encode it as one of these.",
    );
  }
  try {
    // Reads only the header. The pixel limit is checked here rather than by sharp, for a clear message.
    const declared = await sharp(bytes, { limitInputPixels: false }).metadata();
    const pixels = declared.width * declared.height;
    if (pixels > maxPixels) {
      throw new IngestError(
        "image_too_many_pixels",
        `The image has ${declared.width} × ${declared.height} px, and the limit is ${maxPixels} pixels. Scale it down.`,
      );
    }
    const complete = type === "jpeg" ? withEndMark(bytes) : bytes;
    const decode = (failOn: "warning" | "error") =>
      sharp(complete, { limitInputPixels: maxPixels, failOn, pages: 1 })
        .autoOrient()
        // Of sharp's kernels, this one is closest to the area mean with which ffmpeg scales videos.
        .resize(width, height, { fit: "fill", kernel: "cubic" })
        .flatten({ background: "black" })
        .toColourspace("srgb")
        .raw()
        .toBuffer();
    // That data is missing is only a warning to the decoder, and so are harmless defects of many cameras' JPEGs.
    const rgb = await decode("warning").catch((error) => {
      if (CUT_OFF.test(messageOf(error))) throw error;
      return decode("error");
    });
    const original = {
      type,
      width: declared.width,
      height: declared.height,
      upright: (declared.orientation ?? 1) === 1,
    };
    return { data: new Uint8Array(rgb), width, height, original };
  } catch (cause) {
    if (cause instanceof IngestError) throw cause;
    // One defect may be told many times, one a line.
    const [reason = ""] = messageOf(cause).trim().split("\n");
    const text = CUT_OFF.test(reason)
      ? `The image is incomplete (${reason}). Send all of its bytes.`
      : `The image cannot be decoded (${reason}). It is damaged or of an unusual kind: encode it again.`;
    throw new IngestError("image_undecodable", text, { cause });
  }
}

/** @throws {IngestError} `option_out_of_range` */
export function checkImageOptions(options: DecodeImageOptions): void {
  checkSize(options);
  checkPositive("maxBytes", options.maxBytes);
  checkPositive("maxPixels", options.maxPixels);
}

/** What libjpeg says of a picture whose data end too early. */
const CUT_OFF = /premature end/i;

/** Some cameras leave out a JPEG's end mark. Whether its data are complete, the decoder finds out. */
function withEndMark(bytes: Uint8Array): Uint8Array {
  const hasMark = bytes.at(-2) === 0xff && bytes.at(-1) === 0xd9;
  return hasMark ? bytes : Buffer.concat([bytes, Buffer.from([0xff, 0xd9])]);
}

/** The type by the first bytes. A MIME type that was sent along is not trusted. */
function imageType(bytes: Uint8Array): EncodedImage["type"] | null {
  const head = Buffer.from(bytes.subarray(0, 12)).toString("latin1");
  if (head.startsWith("\xff\xd8\xff")) return "jpeg";
  if (head.startsWith("\x89PNG\r\n\x1a\n")) return "png";
  if (head.startsWith("RIFF") && head.startsWith("WEBP", 8)) return "webp";
  return null;
}
