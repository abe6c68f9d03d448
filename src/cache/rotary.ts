/**
 * Rotary position embedding (RoFormer, section 3.2): cos and sin of `position * base^(-i / half)`.
 *
 * Angles are computed in float64, and only their cos and sin are rounded to float32. In float32 the positions of an
 * endless stream would lose their fraction within hours.
 */
export class Rotary {
  private readonly frequencies: Float64Array;
  /** Floats of one rotation: cos, then sin, of every pair. */
  readonly size: number;

  /** @param headWidth width of an attention head; pairs are (i, i + headWidth / 2) */
  constructor(headWidth: number, base: number) {
    const half = headWidth / 2;
    this.frequencies = Float64Array.from({ length: half }, (_, i) => base ** (-i / half));
    this.size = headWidth;
  }

  /** Writes cos and sin of a position into `target` from `offset` on; returns the offset after them. */
  write(position: number, target: Float32Array, offset: number): number {
    const half = this.frequencies.length;
    for (let i = 0; i < half; i++) {
      const angle = position * this.frequencies[i]!;
      target[offset + i] = Math.cos(angle);
      target[offset + half + i] = Math.sin(angle);
    }
    return offset + this.size;
  }
}
