import { placesInOrder } from "../patches.ts";

/** Where an index of a longer or shorter axis lies on the table's: the two entries around it, and the second's weight. */
function between(index: number, size: number, side: number): readonly [number, number, number] {
  const at = (index * (side - 1)) / Math.max(size - 1, 1);
  const below = Math.floor(at);
  return [below, Math.min(below + 1, side - 1), at - below];
}

/**
 * Learned positions of a picture's patches, interpolated bilinearly from a square table whose corners are the picture's
 * corners (`get_vision_interpolation_indices_and_weights` in transformers, `align_corners`).
 *
 * @param side of the table (patches)
 * @returns four rows of the table for each patch, and the weight of each: `[patches, 4]`
 */
export function learnedPositions(
  rows: number,
  columns: number,
  merge: number,
  side: number,
): { readonly indices: BigInt64Array; readonly weights: Float32Array } {
  const indices: bigint[] = [];
  const weights: number[] = [];
  for (const [row, column] of placesInOrder(rows, columns, merge)) {
    const [top, bottom, down] = between(row, rows, side);
    const [left, right, across] = between(column, columns, side);
    for (const [y, heavy] of [[top, 1 - down] as const, [bottom, down] as const]) {
      indices.push(BigInt(y * side + left), BigInt(y * side + right));
      weights.push(heavy * (1 - across), heavy * across);
    }
  }
  return { indices: BigInt64Array.from(indices), weights: Float32Array.from(weights) };
}
