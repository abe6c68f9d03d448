/** How a matrix is quantised: each block of so many inputs of one output has a scale of its own. */
export interface BlockFormat {
  readonly bits: 4 | 8;
  /** Numbers of a block: a power of two, at least 16. */
  readonly block: number;
  /** Whether a block has a zero point of its own. Else its numbers lie around the middle of their range. */
  readonly zeroPoints: boolean;
}

/** Rows in blocks, as the operator MatMulNBits of onnxruntime takes them. */
export interface QuantisedRows {
  /** `[rows, blocks, block · bits / 8]`; of two numbers of 4 bits in a byte, the first lies in the low half. */
  readonly values: Uint8Array;
  /** `[rows, blocks]` */
  readonly scales: Float32Array;
  /** `[rows, ⌈blocks · bits / 8⌉]`, packed like the values. Empty when there are none. */
  readonly zeroPoints: Uint8Array;
}

export const blocksOf = (width: number, { block }: BlockFormat): number => Math.ceil(width / block);

/** Bytes of the zero points of one row. */
export const zeroPointBytes = (width: number, format: BlockFormat): number =>
  format.zeroPoints ? Math.ceil((blocksOf(width, format) * format.bits) / 8) : 0;

/**
 * Quantises rows of a matrix to the nearest step of their block: `value = scale · (stored − zero point)`. The last
 * block of a row is filled up with zeros.
 *
 * @param data `[rows, width]`
 */
export function quantiseRows(data: Float32Array, width: number, format: BlockFormat): QuantisedRows {
  const { bits, block } = format;
  const rows = data.length / width;
  const blocks = blocksOf(width, format);
  const bytesPerRow = (blocks * block * bits) / 8;
  const zeroBytes = zeroPointBytes(width, format);
  const values = new Uint8Array(rows * bytesPerRow);
  const scales = new Float32Array(rows * blocks);
  const zeroPoints = new Uint8Array(rows * zeroBytes);
  const top = 2 ** bits - 1;
  const middle = 2 ** (bits - 1);
  for (let row = 0; row < rows; row++) {
    for (let b = 0; b < blocks; b++) {
      const from = row * width + b * block;
      const to = Math.min(from + block, (row + 1) * width);
      let low = 0;
      let high = 0;
      for (let i = from; i < to; i++) {
        const value = data[i]!;
        if (value < low) low = value;
        if (value > high) high = value;
      }
      const scale = Math.fround(format.zeroPoints ? (high - low) / top : Math.max(-low, high) / (middle - 1));
      const zero = format.zeroPoints && scale > 0 ? Math.min(top, Math.round(-low / scale)) : middle;
      scales[row * blocks + b] = scale;
      const inverse = scale > 0 ? 1 / scale : 0;
      const offset = zero + 0.5;
      const out = row * bytesPerRow + (b * block * bits) / 8;
      if (bits === 8) {
        if (format.zeroPoints) zeroPoints[row * zeroBytes + b] = zero;
        for (let i = from; i < to; i++) values[out + i - from] = clamp(data[i]! * inverse + offset, top);
        values.fill(zero, out + to - from, out + block);
      } else {
        if (format.zeroPoints) zeroPoints[row * zeroBytes + (b >> 1)]! |= zero << (4 * (b & 1));
        values.fill(zero | (zero << 4), out, out + block / 2);
        for (let i = from; i < to; i++) {
          const at = out + ((i - from) >> 1);
          const value = clamp(data[i]! * inverse + offset, top);
          values[at] = (i - from) & 1 ? (values[at]! & 15) | (value << 4) : (values[at]! & 240) | value;
        }
      }
    }
  }
  return { values, scales, zeroPoints };
}

/** The whole number below, within 0 and `top`. */
function clamp(value: number, top: number): number {
  return value < 0 ? 0 : value >= top ? top : value | 0;
}
