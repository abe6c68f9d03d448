import { crc32, deflateSync } from "node:zlib";
import sharp from "sharp";

/** Side of the largest picture that the server takes by default (px). */
export const LARGEST = 4096;
/** What a packed chunk of a PNG holds (bytes): zeros, which take a thousandth of that. */
const PACKED_BYTES = 64 * 2 ** 20;
const SCANS = 500;

/** Sizes that a picture of another size may claim to have: none, one, any, the largest, just larger, absurd. */
const CLAIMS = [
  [0, 0],
  [1, 1],
  [641, 359],
  [LARGEST, LARGEST],
  [LARGEST + 1, LARGEST],
  [16_383, 1],
  [65_535, 65_535],
] as const;

/** A picture of each kind that cameras and browsers send, and of some that they could send. */
export async function picturesOfAllKinds(pixels: Uint8Array): Promise<Buffer[]> {
  const raw = () =>
    sharp(pixels, { raw: { width: 16, height: 9, channels: 3 } }).resize(640, 360, { kernel: "nearest" });
  return await Promise.all([
    raw().jpeg().toBuffer(),
    raw().jpeg({ progressive: true }).toBuffer(),
    raw().jpeg({ chromaSubsampling: "4:4:4", quality: 100 }).toBuffer(),
    raw().withMetadata({ orientation: 6, density: 300 }).jpeg().toBuffer(),
    raw().toColourspace("cmyk").jpeg().toBuffer(),
    raw().greyscale().jpeg().toBuffer(),
    raw().png().toBuffer(),
    raw().png({ progressive: true }).toBuffer(),
    raw().png({ palette: true }).toBuffer(),
    raw().ensureAlpha(0.5).png().toBuffer(),
    raw().toColourspace("rgb16").png().toBuffer(),
    raw().webp().toBuffer(),
    raw().webp({ lossless: true }).toBuffer(),
    raw().ensureAlpha(0.5).webp().toBuffer(),
  ]);
}

/** Pictures whose headers claim other sizes than they have. */
export function lyingPictures(pictures: readonly Buffer[]): Buffer[] {
  return pictures.flatMap((picture) =>
    CLAIMS.flatMap(([width, height]) => {
      const lying = claim(picture, width, height);
      return lying === null ? [] : [lying];
    }),
  );
}

/**
 * Small files that are allowed and take much to decode: the largest pictures of one colour, a PNG with packed text and
 * one with a packed colour profile, and a JPEG that goes over its picture hundreds of times.
 *
 * @param side of the largest pictures (px)
 */
export async function bombs(side = LARGEST): Promise<Buffer[]> {
  const blank = () => sharp({ create: { width: side, height: side, channels: 3, background: "grey" } });
  const [png, interlaced, webp, progressive, small, jpeg] = await Promise.all([
    blank().png().toBuffer(),
    blank().png({ progressive: true }).toBuffer(),
    blank().webp({ lossless: true, effort: 0 }).toBuffer(),
    blank().jpeg({ progressive: true }).toBuffer(),
    blank().resize(64, 64).png().toBuffer(),
    blank().resize(640, 360).jpeg({ progressive: true }).toBuffer(),
  ]);
  const packed = deflateSync(new Uint8Array(PACKED_BYTES));
  const named = (name: string) => Buffer.concat([Buffer.from(`${name}\0\0`, "latin1"), packed]);
  const text = withChunk(small, "zTXt", named("Comment"));
  const profile = withChunk(small, "iCCP", named("Profile"));
  return [png, interlaced, webp, progressive, text, profile, withManyScans(jpeg)];
}

/** A picture that claims to have another size; null where its header is not where it usually is. */
function claim(picture: Buffer, width: number, height: number): Buffer | null {
  const copy = Buffer.from(picture);
  if (copy.toString("latin1", 1, 4) === "PNG") {
    copy.writeUInt32BE(width, 16);
    copy.writeUInt32BE(height, 20);
    copy.writeUInt32BE(crc32(copy.subarray(12, 29)), 29);
    return copy;
  }
  if (copy.toString("latin1", 0, 4) === "RIFF") return claimWebp(copy, width, height);
  const at = frameOf(copy);
  if (at === null) return null;
  copy.writeUInt16BE(height, at + 5);
  copy.writeUInt16BE(width, at + 7);
  return copy;
}

function claimWebp(copy: Buffer, width: number, height: number): Buffer | null {
  switch (copy.toString("latin1", 12, 16)) {
    case "VP8 ":
      copy.writeUInt16LE(width & 0x3fff, 26);
      copy.writeUInt16LE(height & 0x3fff, 28);
      return copy;
    case "VP8L":
      copy.writeUInt32LE((((width - 1) & 0x3fff) | (((height - 1) & 0x3fff) << 14)) >>> 0, 21);
      return copy;
    case "VP8X":
      copy.writeUIntLE((width - 1) & 0xff_ffff, 24, 3);
      copy.writeUIntLE((height - 1) & 0xff_ffff, 27, 3);
      return copy;
    default:
      return null;
  }
}

/** Where the frame header of a JPEG begins, which has its size; null when there is none. */
function frameOf(jpeg: Buffer): number | null {
  for (let at = 2; at + 9 < jpeg.length && jpeg[at] === 0xff; at += 2 + jpeg.readUInt16BE(at + 2))
    if (jpeg[at + 1]! >= 0xc0 && jpeg[at + 1]! <= 0xc2) return at;
  return null;
}

/** A PNG with a chunk more, behind its header. */
function withChunk(png: Buffer, type: string, data: Uint8Array): Buffer {
  const typed = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  check.writeUInt32BE(crc32(typed));
  return Buffer.concat([png.subarray(0, 33), length, typed, check, png.subarray(33)]);
}

/** A progressive JPEG whose last scan comes again and again. */
function withManyScans(jpeg: Buffer): Buffer {
  const start = jpeg.lastIndexOf(Buffer.from([0xff, 0xda]));
  const end = jpeg.length - 2;
  const scans = Array<Buffer>(SCANS).fill(jpeg.subarray(start, end));
  return Buffer.concat([jpeg.subarray(0, start), ...scans, jpeg.subarray(end)]);
}
