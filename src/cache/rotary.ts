import { axesOf, type Position } from "./position.ts";

/** How a model's rotary embedding turns the pairs of a head. */
export interface Rope {
  readonly base: number;
  /** M-RoPE: how many pairs turn with time, row and column. Without it all turn with one number, the time. */
  readonly sections?: readonly [time: number, row: number, column: number] | undefined;
  /** M-RoPE: whether the axes alternate (Qwen3-VL), or lie in three blocks (Qwen2-VL). */
  readonly interleaved?: boolean | undefined;
}

/**
 * Rotary position embedding (RoFormer, section 3.2): cos and sin of `position * base^(-i / half)`.
 *
 * With M-RoPE (Qwen2-VL, section 2.1) a position has three axes, and each pair turns with one of them.
 *
 * Angles are computed in float64, and only their cos and sin are rounded to float32. In float32 the positions of an
 * endless stream would lose their fraction within hours.
 */
export class Rotary {
  private readonly frequencies: Float64Array;
  /** The axis of every pair: 0 time, 1 row, 2 column. */
  private readonly axes: Uint8Array;
  private readonly oneAxis: boolean;
  /** Floats of one rotation: cos, then sin, of every pair. */
  readonly size: number;

  /**
   * @param headWidth width of an attention head; pairs are (i, i + headWidth / 2)
   * @throws {RangeError} when the sections are not those of half a head
   */
  constructor(headWidth: number, rope: Rope) {
    const half = headWidth / 2;
    this.frequencies = Float64Array.from({ length: half }, (_, i) => rope.base ** (-i / half));
    this.axes = axesOfPairs(half, rope);
    this.oneAxis = this.axes.every((axis) => axis === 0);
    this.size = headWidth;
  }

  /** Equal for positions that turn every pair alike. */
  keyOf(position: Position): number | string {
    if (typeof position === "number") return position;
    const [time, row, column] = position;
    if (this.oneAxis || (time === row && time === column)) return time;
    return `${time},${row},${column}`;
  }

  /** Writes cos and sin of a position into `target` from `offset` on; returns the offset after them. */
  write(position: Position, target: Float32Array, offset: number): number {
    const half = this.frequencies.length;
    const axes = axesOf(position);
    for (let i = 0; i < half; i++) {
      const angle = axes[this.axes[i]!]! * this.frequencies[i]!;
      target[offset + i] = Math.cos(angle);
      target[offset + half + i] = Math.sin(angle);
    }
    return offset + this.size;
  }
}

/**
 * The axis of each pair of a head. In blocks: first all pairs of time, then of row, then of column. Interleaved: time,
 * row, column, time, … for as long as row and column have pairs left, and time after that (transformers,
 * `Qwen3VLTextRotaryEmbedding`).
 */
function axesOfPairs(half: number, { sections, interleaved = false }: Rope): Uint8Array {
  const axes = new Uint8Array(half);
  if (sections === undefined) return axes;
  const [time, row, column] = sections;
  if (time + row + column !== half)
    throw new RangeError(`The sections ${sections.join(", ")} must add up to half a head (${half} pairs).`);
  for (let i = 0; i < half; i++) {
    if (!interleaved) axes[i] = i < time ? 0 : i < time + row ? 1 : 2;
    else if (i % 3 === 1 && i < 3 * row) axes[i] = 1;
    else if (i % 3 === 2 && i < 3 * column) axes[i] = 2;
  }
  return axes;
}
