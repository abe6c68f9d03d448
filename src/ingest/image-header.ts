import sharp from "sharp";
import { IngestError, messageOf } from "./errors.ts";

/** How large an image may be. */
export interface ImageLimits {
  /** Largest encoded size (bytes); default 8 MiB. */
  readonly maxBytes?: number;
  /** Most pixels that the picture's header may declare; default 40 million. */
  readonly maxPixels?: number;
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
  /** Whether width and height change places when it is turned upright. */
  readonly sideways: boolean;
}

/** What an image says of itself, and what it takes to decode it. */
export interface ImageHeader extends EncodedImage {
  /** Passes over the picture that its data hold. Only a JPEG has more than one. */
  readonly scans: number;
  /** What its decoding costs, in pixels of a plain JPEG that would cost as much. */
  readonly cost: number;
}

const DEFAULT_MAX_BYTES = 8 * 2 ** 20;
const DEFAULT_MAX_PIXELS = 40_000_000;

/** What a pixel costs, with that of a plain JPEG as 1. As measured: 3 to 6 ns, a PNG 6 to 17, a WebP 17 to 30. */
const PIXEL_COST = { jpeg: 1, png: 4, webp: 4, interlacedPng: 6 } as const;

/** A JPEG with scans is decoded as a whole, and each scan goes over all of it: with ten it costs 4 to 5 times as much. */
const SCAN_COST = 0.3;

/** Counting stops here. No encoder makes as many, and no picture with as many is decoded. */
const MOST_SCANS = 1000;

/**
 * Reads the header of an image and checks it. Nothing is decoded.
 *
 * @throws {IngestError} `image_too_large`, `image_too_many_pixels`, `image_unsupported_type`, `image_undecodable`
 */
export async function readImageHeader(bytes: Uint8Array, limits: ImageLimits): Promise<ImageHeader> {
  const { maxBytes = DEFAULT_MAX_BYTES, maxPixels = DEFAULT_MAX_PIXELS } = limits;
  const type = checkedType(bytes, maxBytes);
  const { width, height, orientation, isProgressive } = await sharp(bytes, { limitInputPixels: false })
    .metadata()
    .catch((cause: unknown) => {
      throw undecodable(cause);
    });
  const pixels = width * height;
  // The limit is checked here rather than by sharp, for a clear message.
  if (pixels > maxPixels) {
    throw new IngestError(
      "image_too_many_pixels",
      `The image has ${width} × ${height} px, and the limit is ${maxPixels} pixels. Scale it down.`,
    );
  }
  const scans = type === "jpeg" ? countScans(bytes) : 1;
  const pixelCost = type === "png" && isProgressive === true ? PIXEL_COST.interlacedPng : PIXEL_COST[type];
  const cost = pixels * pixelCost * (scans === 1 ? 1 : 1 + SCAN_COST * scans);
  // EXIF orientations from 5 on are turned by a quarter.
  const turned = { upright: (orientation ?? 1) === 1, sideways: (orientation ?? 1) >= 5 };
  return { type, width, height, ...turned, scans, cost };
}

/** Whether the decoder complains that the data of a picture end too early. */
export function isCutOff(complaint: string): boolean {
  return /premature end/i.test(complaint);
}

/** The error for an image that the decoder does not take. */
export function undecodable(cause: unknown): IngestError {
  // One defect may be told many times, one a line.
  const [reason = ""] = messageOf(cause).trim().split("\n");
  const message = isCutOff(reason)
    ? `The image is incomplete (${reason}). Send all of its bytes.`
    : `The image cannot be decoded (${reason}). It is damaged or of an unusual kind: encode it again.`;
  return new IngestError("image_undecodable", message, { cause });
}

function checkedType(bytes: Uint8Array, maxBytes: number): EncodedImage["type"] {
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
  return type;
}

/** The type by the first bytes. A MIME type that was sent along is not trusted. */
function imageType(bytes: Uint8Array): EncodedImage["type"] | null {
  const head = Buffer.from(bytes.subarray(0, 12)).toString("latin1");
  if (head.startsWith("\xff\xd8\xff")) return "jpeg";
  if (head.startsWith("\x89PNG\r\n\x1a\n")) return "png";
  if (head.startsWith("RIFF") && head.startsWith("WEBP", 8)) return "webp";
  return null;
}

const SCAN_MARKER = Buffer.from([0xff, 0xda]);

/** Scans of a JPEG, at most `MOST_SCANS`. What is before the first may hold another JPEG, a thumbnail, and is skipped. */
function countScans(jpeg: Uint8Array): number {
  const bytes = Buffer.from(jpeg.buffer, jpeg.byteOffset, jpeg.byteLength);
  let at = 2;
  while (at + 4 <= bytes.length && bytes[at] === 0xff && bytes[at + 1] !== 0xda)
    // A marker may be padded with any number of FF.
    at += bytes[at + 1] === 0xff ? 1 : 2 + bytes.readUInt16BE(at + 2);
  let scans = 0;
  for (let found = bytes.indexOf(SCAN_MARKER, at); found >= 0 && scans < MOST_SCANS; scans++)
    found = bytes.indexOf(SCAN_MARKER, found + 2);
  return Math.max(1, scans);
}
