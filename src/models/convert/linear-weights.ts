import type { WeightWidth } from "../checkpoint-schema.ts";
import type { StreamedBytes } from "./protobuf.ts";
import { type BlockFormat, blocksOf, quantiseRows, zeroPointBytes } from "./quantise.ts";
import { rowLength, type TensorRef } from "./tensor-ref.ts";

/** Numbers that are held in memory at a time while a tensor is streamed into a file (16 MB). */
const CHUNK_ELEMENTS = 1 << 22;

/** Matrices with fewer inputs stay as they are: there is nothing to gain. */
const MIN_INPUTS = 32;

/** How the weights of a width are stored; null: as 32-bit numbers. */
export function blockFormat(weights: WeightWidth, inputs: number): BlockFormat | null {
  if (weights === "fp32" || inputs < MIN_INPUTS) return null;
  // The runtime rounds the inputs of a product by the same blocks. Of SmolLM2-135M, blocks of 64 give twice the KL
  // divergence of blocks of 32, and are not faster; zero points gain nothing with eight bits.
  return { bits: weights === "q8" ? 8 : 4, block: 32, zeroPoints: weights === "q4" };
}

/** The rows of a tensor, a few at a time. */
async function* rowsOf(tensor: TensorRef): AsyncIterable<Float32Array> {
  const rows = tensor.shape[0] ?? 1;
  const step = Math.max(1, Math.floor(CHUNK_ELEMENTS / Math.max(1, rowLength(tensor))));
  for (let from = 0; from < rows; from += step) {
    yield await tensor.readRows(from, Math.min(rows, from + step));
  }
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

/** A tensor as 32-bit numbers. */
export function floatBytes(tensor: TensorRef): StreamedBytes {
  return {
    byteLength: (tensor.shape[0] ?? 1) * rowLength(tensor) * 4,
    async *chunks() {
      for await (const rows of rowsOf(tensor)) yield bytesOf(rows);
    },
  };
}

/**
 * A matrix in blocks. The scales and zero points are known once the values were written, so those come first in the
 * file.
 *
 * @param matrix `[out, in]`
 */
export function blockBytes(
  matrix: TensorRef,
  format: BlockFormat,
): { readonly values: StreamedBytes; readonly scales: StreamedBytes; readonly zeroPoints: StreamedBytes } {
  const [outputs, inputs] = matrix.shape as [number, number];
  const blocks = blocksOf(inputs, format);
  let scales: Uint8Array[] = [];
  let zeroPoints: Uint8Array[] = [];
  return {
    values: {
      byteLength: (outputs * blocks * format.block * format.bits) / 8,
      async *chunks() {
        scales = [];
        zeroPoints = [];
        for await (const rows of rowsOf(matrix)) {
          const quantised = quantiseRows(rows, inputs, format);
          scales.push(bytesOf(quantised.scales));
          zeroPoints.push(quantised.zeroPoints);
          yield quantised.values;
        }
      },
    },
    scales: {
      byteLength: outputs * blocks * 4,
      async *chunks() {
        yield* scales;
      },
    },
    zeroPoints: {
      byteLength: outputs * zeroPointBytes(inputs, format),
      async *chunks() {
        yield* zeroPoints;
      },
    },
  };
}
