import { type DecodedImage, type DecodeImageOptions, decodePixels } from "./decode-image.ts";
import { DECODE_QUEUES, LARGE_COST } from "./decode-queue.ts";
import { IngestError } from "./errors.ts";
import { type ImageHeader, readImageHeader } from "./image-header.ts";

/** Whether a picture is decoded when its turn has come. */
export interface DecodeTurn {
  /** Whether somebody still wants it. */
  readonly isWanted: () => boolean;
  /** Whether there is a budget for it; asked once, when it is known what it costs. Default: there is. */
  readonly isAffordable?: (header: ImageHeader) => boolean;
}

/**
 * Decodes an image when it is its turn among those of all streams of this process.
 *
 * @returns null when nobody wants it any more, or it cannot be afforded
 * @throws {IngestError} as `decodeImage` does
 */
export async function decodeInTurn(
  bytes: Uint8Array,
  options: DecodeImageOptions,
  { isWanted, isAffordable = () => true }: DecodeTurn,
): Promise<DecodedImage | null> {
  const header = await DECODE_QUEUES.small.run(() => readImageHeader(bytes, options), isWanted);
  if (header === null) return null;
  requireFewScans(header, options);
  if (!isAffordable(header)) return null;
  const queue = header.cost < LARGE_COST ? DECODE_QUEUES.small : DECODE_QUEUES.large;
  return await queue.run(() => decodePixels(bytes, header, options), isWanted);
}

/** A JPEG with many scans may have fewer pixels, because it takes as much memory and time as a much larger one. */
function requireFewScans(
  { scans, width, height, cost }: ImageHeader,
  { maxPixels }: DecodeImageOptions,
): void {
  if (scans === 1 || maxPixels === undefined || cost <= maxPixels) return;
  throw new IngestError(
    "image_too_many_pixels",
    `The image is a progressive JPEG of ${width} × ${height} px in ${scans} scans. It costs as much as one of ` +
      `${Math.round(cost)} pixels without scans, and the limit is ${maxPixels}. Send a baseline JPEG, or scale it down.`,
  );
}
