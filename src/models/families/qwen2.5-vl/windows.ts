/** Windows of attention as the tower's graph takes them. */
export interface Windows {
  readonly count: number;
  /** Patches of a whole window. */
  readonly size: number;
  /** `[count · size]`: which patch stands in each place of each window. Empty places hold patch 0. */
  readonly gather: BigInt64Array;
  /** `[count, size]`: 0 where a patch stands, and a number that hides the place where none does. */
  readonly hidden: Float32Array;
  /** `[patches]`: in which place of all windows each patch stands. */
  readonly scatter: BigInt64Array;
}

/** Its exponent is zero in 32-bit numbers, and two of them are still finite. */
const HIDDEN = -1e30;

/**
 * Qwen2.5-VL's windows (`get_vision_window_index` in transformers): squares of `window` × `window` visual tokens from the
 * upper left corner. Those at the right and lower edges may be smaller. transformers reorders all patches by windows and
 * back again at the end; here patches keep their order, and layers with windows gather them.
 *
 * @param rows, columns visual tokens
 * @param merged patches of a visual token; they stand side by side
 */
export function windowsOf(rows: number, columns: number, window: number, merged: number): Windows {
  const across = Math.ceil(columns / window);
  const count = Math.ceil(rows / window) * across;
  const size = window * window * merged;
  const gather = new BigInt64Array(count * size);
  const hidden = new Float32Array(count * size).fill(HIDDEN);
  const scatter = new BigInt64Array(rows * columns * merged);
  const filled = new Array<number>(count).fill(0);
  for (let token = 0; token < rows * columns; token++) {
    const [row, column] = [Math.floor(token / columns), token % columns];
    const at = Math.floor(row / window) * across + Math.floor(column / window);
    for (let i = 0; i < merged; i++) {
      const place = at * size + filled[at]!++;
      gather[place] = BigInt(token * merged + i);
      hidden[place] = 0;
      scatter[token * merged + i] = BigInt(place);
    }
  }
  return { count, size, gather, hidden, scatter };
}
