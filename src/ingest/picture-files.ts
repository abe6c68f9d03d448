import { open, readdir, readFile, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { IngestError, messageOf } from "./errors.ts";

/** Pictures that are decoded one by one, by the endings of their names. */
const PICTURE = /\.(jpe?g|png|webp)$/i;
/** By name as people read it: 2 comes before 10. */
const BY_NAME = new Intl.Collator("en", { numeric: true });
/** Bytes that say whether a picture moves. */
const HEAD_BYTES = 4096;

/** Where pictures are: a folder of them, or one alone. */
export interface PicturePlace {
  readonly folder: boolean;
  readonly path: string;
}

/** Whether a path is that of a folder, or of a picture that does not move; null when it is neither. */
export async function picturePlace(path: string): Promise<PicturePlace | null> {
  const entry = await stat(path).catch(() => null);
  if (entry?.isDirectory()) return { folder: true, path };
  return entry?.isFile() && PICTURE.test(path) && (await isStill(path)) ? { folder: false, path } : null;
}

/** The paths of the pictures at a place, in the order of their names. Hidden files are left out. */
export async function picturesAt({ folder, path }: PicturePlace): Promise<string[]> {
  if (!folder) return [path];
  const names = await readdir(path).catch((cause) => {
    throw new IngestError("file_unreadable", `The folder ${path} cannot be read (${cause.code}).`, { cause });
  });
  const pictures = names.filter((name) => PICTURE.test(name) && !name.startsWith("."));
  return pictures.sort(BY_NAME.compare).map((name) => join(path, name));
}

/** The error for a place without a picture that can be used. */
export function noPictures({ folder, path }: PicturePlace): IngestError {
  const what = folder ? `The folder ${path} has no` : `${path} is no`;
  return new IngestError(
    "no_frames",
    `${what} JPEG, PNG or WebP picture that can be used. Give another one.`,
  );
}

/** @throws {IngestError} `image_undecodable`: it cannot be read */
export async function readPicture(path: string): Promise<Uint8Array> {
  return await readFile(path).catch((cause) => {
    const message = `The picture ${basename(path)} cannot be read (${messageOf(cause)}).`;
    throw new IngestError("image_undecodable", message, { cause });
  });
}

/** Animated PNG and WebP are videos. (A raw MJPEG stream, too, begins like a JPEG.) */
async function isStill(path: string): Promise<boolean> {
  const file = await open(path).catch(() => null);
  if (file === null) return false;
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    const head = buffer.toString("latin1", 0, bytesRead);
    if (head.startsWith("\xff\xd8\xff")) return true;
    if (head.startsWith("\x89PNG\r\n\x1a\n")) return !head.split("IDAT")[0]!.includes("acTL");
    const isWebp = head.startsWith("RIFF") && head.startsWith("WEBP", 8);
    return isWebp && !(head.startsWith("VP8X", 12) && (buffer[20]! & 2) !== 0);
  } finally {
    await file.close();
  }
}
