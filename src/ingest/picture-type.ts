/** How files of pictures begin: bytes as Latin-1, and where they stand. */
const MARKS: readonly (readonly [type: string, at: number, marks: readonly string[]])[] = [
  ["JPEG", 0, ["\xff\xd8\xff"]],
  ["PNG", 0, ["\x89PNG\r\n\x1a\n"]],
  ["WebP", 8, ["WEBP"]],
  ["BMP", 0, ["BM"]],
  ["TIFF", 0, ["II*\0", "MM\0*"]],
  ["HEIC", 4, ["ftypheic", "ftypheix", "ftypmif1"]],
  ["AVIF", 4, ["ftypavif", "ftypavis"]],
];

/** Bytes that {@link pictureType} looks at. */
export const HEAD_BYTES = 12;

/** The type of a picture by its first bytes; null when they are not those of a picture. */
export function pictureType(head: Uint8Array): string | null {
  const text = Buffer.from(head.subarray(0, HEAD_BYTES)).toString("latin1");
  return MARKS.find(([, at, marks]) => marks.some((mark) => text.startsWith(mark, at)))?.[0] ?? null;
}
