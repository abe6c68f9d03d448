import type { TensorToMake } from "./tensor-list.ts";

/** A prime, so that the rows of a matrix differ though the numbers repeat. */
const TABLE_LENGTH = 1_000_003;
const CHUNK = 1 << 21;

/** Numbers of a checkpoint: bfloat16, the same ones for the same seed. Gigabytes are copied out of one table. */
export class RandomNumbers {
  private readonly table: Float32Array;
  private state: number;

  constructor(seed: number) {
    this.state = seed >>> 0;
    this.table = Float32Array.from({ length: TABLE_LENGTH }, () => this.gaussian());
  }

  /** The numbers of a tensor, a part at a time. Their sizes are such that hidden states neither vanish nor grow. */
  *of({ shape, kind }: TensorToMake): Iterable<Uint8Array> {
    const count = shape.reduce((size, axis) => size * axis);
    const inputs = count / shape[0]!;
    const deviation = { matrix: inputs ** -0.5, embedding: 0.1, norm: 0.1, bias: 0.02 }[kind];
    const middle = kind === "norm" ? 1 : 0;
    const bits = new Uint32Array(1);
    const value = new Float32Array(bits.buffer);
    const numbers = new Uint16Array(Math.min(count, TABLE_LENGTH));
    for (let i = 0; i < numbers.length; i++) {
      value[0] = middle + deviation * this.table[i]!;
      // bfloat16 is the upper half of a 32-bit number.
      numbers[i] = bits[0]! >>> 16;
    }
    let at = Math.floor(this.uniform() * numbers.length);
    for (let done = 0; done < count; ) {
      const part = new Uint16Array(Math.min(CHUNK, count - done));
      for (let filled = 0; filled < part.length; ) {
        const piece = numbers.subarray(at, at + part.length - filled);
        part.set(piece, filled);
        filled += piece.length;
        at = (at + piece.length) % numbers.length;
      }
      done += part.length;
      yield new Uint8Array(part.buffer);
    }
  }

  /** Between 0 and 1, never 0 (Mulberry32). */
  private uniform(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (((mixed ^ (mixed >>> 14)) >>> 0) + 1) / 2 ** 32;
  }

  /** Box and Muller. */
  private gaussian(): number {
    return Math.sqrt(-2 * Math.log(this.uniform())) * Math.cos(2 * Math.PI * this.uniform());
  }
}
