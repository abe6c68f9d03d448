import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { readHeader } from "../../src/models/convert/safetensors-header.ts";

const root = join(import.meta.dirname, "../golden/checkpoints");

/** Folder of a tiny checkpoint. */
export const tinyCheckpoint = (name: string): string => join(root, name);

/** The 32-bit tensors of a file of goldens. */
export async function readGolden(path: string): Promise<(name: string) => Float32Array> {
  const bytes = await readFile(path);
  const length = Number(bytes.readBigUint64LE());
  const json = bytes.toString("utf8", 8, 8 + length);
  const entries = readHeader(json, bytes.length - 8 - length, path);
  return (name) => {
    const entry = entries.get(name);
    if (entry === undefined || entry.dtype !== "F32") throw new Error(`${path} has no numbers ${name}.`);
    const from = 8 + length + entry.start;
    return new Float32Array(Uint8Array.from(bytes.subarray(from, from + entry.bytes)).buffer);
  };
}
