import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { readHeader } from "../../src/models/convert/safetensors-header.ts";

const root = join(import.meta.dirname, "../golden/checkpoints");

/** Folder of a tiny checkpoint. */
export const tinyCheckpoint = (name: string): string => join(root, name);

/** Numbers of a golden, with their shape. */
export interface GoldenTensor {
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

/** All tensors of a file of goldens, which are of 32 bits. */
export async function readTensors(path: string): Promise<ReadonlyMap<string, GoldenTensor>> {
  const bytes = await readFile(path);
  const length = Number(bytes.readBigUint64LE());
  const entries = readHeader(bytes.toString("utf8", 8, 8 + length), bytes.length - 8 - length, path);
  const tensors = new Map<string, GoldenTensor>();
  for (const [name, { shape, start, bytes: size, dtype }] of entries) {
    if (dtype !== "F32") throw new Error(`${path} has ${name} as ${dtype}, and goldens are F32.`);
    const from = 8 + length + start;
    // A copy, because the numbers need not begin at a multiple of four bytes.
    const data = new Float32Array(Uint8Array.from(bytes.subarray(from, from + size)).buffer);
    tensors.set(name, { dims: shape, data });
  }
  return tensors;
}

/** The numbers of a file of goldens by name. */
export async function readNumbers(path: string): Promise<(name: string) => Float32Array> {
  const tensors = await readTensors(path);
  return (name) => {
    const tensor = tensors.get(name);
    if (tensor === undefined) throw new Error(`${path} has no numbers ${name}.`);
    return tensor.data;
  };
}
