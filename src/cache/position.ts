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

/** The largest value on each axis of some positions; there must be one. */
export function largestOf(positions: readonly Position[]): Position {
  if (positions.every((position) => typeof position === "number")) return Math.max(...positions);
  const axes = positions.map(axesOf);
  const most = (axis: 0 | 1 | 2) => Math.max(...axes.map((each) => each[axis]));
  return [most(0), most(1), most(2)];
}

/** The largest of a position's axes. */
export function largestAxis(position: Position): number {
  return Math.max(...axesOf(position));
}
