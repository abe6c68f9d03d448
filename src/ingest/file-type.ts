export type FileType = "JPEG" | "PNG" | "WebP" | "BMP" | "TIFF" | "HEIC" | "AVIF" | "MP4";

/** How files begin: bytes as Latin-1, and where they stand. Pictures in the container of MP4 come before MP4. */
const MARKS: readonly (readonly [type: FileType, at: number, marks: readonly string[]])[] = [
  ["JPEG", 0, ["\xff\xd8\xff"]],
  ["PNG", 0, ["\x89PNG\r\n\x1a\n"]],
  ["WebP", 8, ["WEBP"]],
  ["BMP", 0, ["BM"]],
  ["TIFF", 0, ["II*\0", "MM\0*"]],
  ["HEIC", 4, ["ftypheic", "ftypheix", "ftypmif1"]],
  ["AVIF", 4, ["ftypavif", "ftypavis"]],
  ["MP4", 4, ["ftyp", "moov", "mdat", "free", "wide"]],
];

/** Bytes that {@link fileType} looks at. */
export const HEAD_BYTES = 12;

/** The type of a file by its first bytes; null when they are not those of a picture or of an MP4. */
export function fileType(head: Uint8Array): FileType | null {
  const text = Buffer.from(head.subarray(0, HEAD_BYTES)).toString("latin1");
  return MARKS.find(([, at, marks]) => marks.some((mark) => text.startsWith(mark, at)))?.[0] ?? null;
}
