import type { StreamedBytes } from "./protobuf.ts";
import { rowLength, type TensorRef } from "./tensor-ref.ts";

/** Rows of a matrix that are read at a time. */
const ROWS = 256;

/** Largest whole number of a weight, from zero. 128 is left out on one side, so that the numbers lie around zero. */
const MOST = 127;

/**
 * The byte that stands for zero. Weights are written without a sign: on processors without VNNI, onnxruntime adds products
 * with signed weights in 16 bits, where large ones are cut off, and products with unsigned ones in 32.
 */
const ZERO = 128;

/**
 * A matrix in whole numbers of 8 bits with one scale for each output, turned as the operator DynamicQuantizeMatMul of
 * onnxruntime takes it. The scales are known once the values were written, so those come first in the file. While it is
 * written, the matrix is held in memory with one byte a number, because turning needs all of it.
 *
 * @param matrix `[out, in]`
 * @returns `values [in, out]`, `scales [out]` and `zeros [out]`, the byte that stands for zero
 */
export function int8Bytes(matrix: TensorRef): {
  readonly values: StreamedBytes;
  readonly scales: StreamedBytes;
  readonly zeros: StreamedBytes;
} {
  const outputs = matrix.shape[0]!;
  const inputs = rowLength(matrix);
  let scales = new Float32Array(0);
  return {
    values: {
      byteLength: inputs * outputs,
      async *chunks() {
        scales = new Float32Array(outputs);
        const turned = new Uint8Array(inputs * outputs);
        for (let from = 0; from < outputs; from += ROWS) {
          const to = Math.min(outputs, from + ROWS);
          const rows = await matrix.readRows(from, to);
          for (let output = from; output < to; output++) {
            scales[output] = turnRow(rows, (output - from) * inputs, inputs, turned, output, outputs);
          }
        }
        yield turned;
      },
    },
    scales: {
      byteLength: outputs * 4,
      async *chunks() {
        yield new Uint8Array(scales.buffer);
      },
    },
    zeros: {
      byteLength: outputs,
      async *chunks() {
        yield new Uint8Array(outputs).fill(ZERO);
      },
    },
  };
}

/** Writes a row as a column of whole numbers, and returns its scale. */
function turnRow(
  rows: Float32Array,
  start: number,
  inputs: number,
  turned: Uint8Array,
  column: number,
  columns: number,
): number {
  let largest = 0;
  for (let i = 0; i < inputs; i++) largest = Math.max(largest, Math.abs(rows[start + i]!));
  const scale = Math.fround(largest / MOST);
  const inverse = scale > 0 ? 1 / scale : 0;
  for (let i = 0; i < inputs; i++)
    turned[i * columns + column] = ZERO + Math.round(rows[start + i]! * inverse);
  return scale;
}
