/**
 * Position of a token for rotary embedding: one number, or one for each axis: time, row and column (M-RoPE, Qwen2-VL,
 * section 2.1). A number stands for the same position on all three axes.
 */
export type Position = number | readonly [time: number, row: number, column: number];

/** The position on each of the three axes. */
export function axesOf(position: Position): readonly [time: number, row: number, column: number] {
  return typeof position === "number" ? [position, position, position] : position;
}

/** The sum of two positions, axis by axis. */
export function plus(a: Position, b: Position): Position {
  if (typeof a === "number" && typeof b === "number") return a + b;
  const [x, y] = [axesOf(a), axesOf(b)];
  return [x[0] + y[0], x[1] + y[1], x[2] + y[2]];
}

/** The difference of two positions, axis by axis. */
export function minus(a: Position, b: Position): Position {
  if (typeof a === "number" && typeof b === "number") return a - b;
  const [x, y] = [axesOf(a), axesOf(b)];
  return [x[0] - y[0], x[1] - y[1], x[2] - y[2]];
}

/** Where text begins that follows a position: at the largest of its axes (Qwen2-VL, section 2.1). */
export function textAfter(position: Position): number {
  return Math.max(...axesOf(position));
}
