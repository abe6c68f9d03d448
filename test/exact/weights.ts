import { readFileSync } from "node:fs";
import { join } from "node:path";

/** A matrix or vector of the network, in float64. */
export interface Weight {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

/** The weights that `training/stages/fixture.py` writes beside its bundle. */
export function readWeights(dir: string): (name: string) => Weight {
  const index = JSON.parse(readFileSync(join(dir, "weights.json"), "utf8")) as Record<
    string,
    { shape: number[]; offset: number }
  >;
  const bytes = readFileSync(join(dir, "weights.bin"));
  const all = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
  return (name) => {
    const entry = index[name];
    if (entry === undefined) throw new Error(`no weight ${name}`);
    const size = entry.shape.reduce((a, b) => a * b, 1);
    return { shape: entry.shape, data: Float64Array.from(all.subarray(entry.offset, entry.offset + size)) };
  };
}
