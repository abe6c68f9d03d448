/**
 * Position of a token for rotary embedding: one number, or one for each axis: time, row and column (M-RoPE, Qwen2-VL,
 * section 2.1). A number stands for the same position on all three axes.
 */
export type Position = number | readonly [time: number, row: number, column: number];

/** The position on each of the three axes. */
export function axesOf(position: Position): readonly [time: number, row: number, column: number] {
  return typeof position === "number" ? [position, position, position] : position;
}
