import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import type { Piece } from "./protobuf.ts";

/** What bundle.json says of a file. */
export interface StoredFile {
  readonly bytes: number;
  readonly sha256: string;
}

/** What may happen while a file is written. */
export interface WriteOptions {
  readonly signal?: AbortSignal | undefined;
  /** Is told of each so many bytes that were written. */
  readonly onBytes?: ((bytes: number) => void) | undefined;
}

/** Small pieces are gathered until there are so many bytes. */
const GATHER_BYTES = 1 << 20;

/**
 * Writes pieces into a new file, one after the other.
 *
 * @throws the signal's reason when it is aborted, between two pieces; errors of the file system as they are
 */
export async function writePieces(
  path: string,
  pieces: readonly Piece[],
  { signal, onBytes }: WriteOptions = {},
): Promise<StoredFile> {
  const file = await open(path, "wx");
  const hash = createHash("sha256");
  let bytes = 0;
  let gathered: Uint8Array[] = [];
  let gatheredBytes = 0;
  const flush = async () => {
    signal?.throwIfAborted();
    const chunk = gathered.length === 1 ? gathered[0]! : Buffer.concat(gathered);
    [gathered, gatheredBytes] = [[], 0];
    hash.update(chunk);
    let done = 0;
    while (done < chunk.byteLength) done += (await file.write(chunk, done)).bytesWritten;
    bytes += chunk.byteLength;
    onBytes?.(chunk.byteLength);
  };
  const add = async (chunk: Uint8Array) => {
    gathered.push(chunk);
    gatheredBytes += chunk.byteLength;
    if (gatheredBytes >= GATHER_BYTES) await flush();
  };
  try {
    for (const piece of pieces) {
      if (piece instanceof Uint8Array) {
        await add(piece);
        continue;
      }
      let length = 0;
      for await (const chunk of piece.chunks()) {
        length += chunk.byteLength;
        await add(chunk);
      }
      if (length !== piece.byteLength) {
        throw new Error(`${path} was given ${length} bytes where ${piece.byteLength} were announced.`);
      }
    }
    if (gatheredBytes > 0) await flush();
  } finally {
    await file.close();
  }
  return { bytes, sha256: hash.digest("hex") };
}
