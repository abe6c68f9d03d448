import { closeSync, openSync, readSync } from "node:fs";
import type { Checkpoint } from "./checkpoint.ts";

const BYTES = { F32: 4, F16: 2, BF16: 2 } as const;

/**
 * The embedding table of a checkpoint: token ids to hidden states. Rows are read from disk when they are needed. A step
 * needs few of them, and the operating system keeps those that are used often, so the table takes no memory of its own.
 * It has the checkpoint's own numbers, so nothing is lost, whatever the width of the other weights.
 */
export class EmbeddingTable {
  private readonly file: number;
  private readonly row: Buffer;

  constructor(private readonly checkpoint: Checkpoint) {
    const { embeddings, transformer } = checkpoint.manifest;
    this.file = openSync(checkpoint.paths.embeddings, "r");
    this.row = Buffer.alloc(transformer.width * BYTES[embeddings.dtype]);
  }

  /**
   * Writes a token's hidden state, `[width]`, into `target` from `offset` on.
   * @throws {RangeError} when the token is not in the vocabulary
   */
  read(token: number, target: Float32Array, offset: number): void {
    const { vocabulary, width } = this.checkpoint.manifest.transformer;
    if (!Number.isInteger(token) || token < 0 || token >= vocabulary)
      throw new RangeError(`Token ${token} is not in the vocabulary of ${vocabulary}.`);
    readSync(this.file, this.row, 0, this.row.length, token * this.row.length);
    const view = new DataView(this.row.buffer, this.row.byteOffset, this.row.length);
    for (let i = 0; i < width; i++) target[offset + i] = this.number(view, i);
  }

  close(): void {
    closeSync(this.file);
  }

  private number(view: DataView, i: number): number {
    switch (this.checkpoint.manifest.embeddings.dtype) {
      case "F32":
        return view.getFloat32(4 * i, true);
      case "F16":
        return halfToNumber(view.getUint16(2 * i, true));
      case "BF16":
        return brainToNumber(view.getUint16(2 * i, true));
    }
  }
}

const scratch = new DataView(new ArrayBuffer(4));

/** bfloat16 is the upper half of a float32. */
function brainToNumber(bits: number): number {
  scratch.setUint32(0, bits << 16);
  return scratch.getFloat32(0);
}

/** IEEE 754 binary16. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
