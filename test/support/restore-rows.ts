import {
  type BlockFormat,
  blocksOf,
  type QuantisedRows,
  quantiseRows,
  zeroPointBytes,
} from "../../src/models/convert/quantise.ts";

/** The numbers that quantised rows stand for: `[rows, width]`. */
export function restoreRows(
  { values, scales, zeroPoints }: QuantisedRows,
  width: number,
  format: BlockFormat,
): Float32Array {
  const { bits, block } = format;
  const blocks = blocksOf(width, format);
  const rows = scales.length / blocks;
  const zeroBytes = zeroPointBytes(width, format);
  const nibble = (bytes: Uint8Array, at: number) => (bytes[at >> 1]! >> (4 * (at & 1))) & 15;
  const restored = new Float32Array(rows * width);
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < width; i++) {
      const b = Math.floor(i / block);
      const at = row * blocks * block + i;
      const zero = !format.zeroPoints
        ? 2 ** (bits - 1)
        : bits === 8
          ? zeroPoints[row * zeroBytes + b]!
          : nibble(zeroPoints.subarray(row * zeroBytes), b);
      restored[row * width + i] =
        scales[row * blocks + b]! * ((bits === 8 ? values[at]! : nibble(values, at)) - zero);
    }
  }
  return restored;
}

/** Relative error of quantised rows: the length of the difference over that of the original. */
export function quantisationError(data: Float32Array, width: number, format: BlockFormat): number {
  const restored = restoreRows(quantiseRows(data, width, format), width, format);
  let difference = 0;
  let total = 0;
  for (let i = 0; i < data.length; i++) {
    difference += (data[i]! - restored[i]!) ** 2;
    total += data[i]! ** 2;
  }
  return total === 0 ? 0 : Math.sqrt(difference / total);
}
