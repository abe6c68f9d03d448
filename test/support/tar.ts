const BLOCK = 512;

/** The files of a tar archive (ustar), by name. */
export function readTar(archive: Buffer): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  for (let at = 0; archive[at]; ) {
    const field = (from: number, to: number) =>
      archive.toString("latin1", at + from, at + to).replace(/\0.*$/s, "");
    const size = Number.parseInt(field(124, 136), 8);
    files.set(field(0, 100), archive.subarray(at + BLOCK, at + BLOCK + size));
    at += BLOCK * (1 + Math.ceil(size / BLOCK));
  }
  return files;
}
