/** Sizes of the keys and values that a model makes. */
export interface KvShape {
  readonly layers: number;
  readonly heads: number;
  readonly headWidth: number;
}

/** Keys and values of some new tokens, as a graph emits them: both `[layers, heads, tokens, headWidth]`. */
export interface KvBlock {
  readonly tokens: number;
  readonly key: Float32Array;
  readonly value: Float32Array;
}

/**
 * Keys and values of a fixed number of token slots, one array a layer: `[heads, slots, headWidth]`.
 *
 * Made once, written in place, read by the runtime without a copy. Attention does not care about the order of
 * slots, so nothing is ever moved.
 */
export class KvStore {
  readonly keys: readonly Float32Array[];
  readonly values: readonly Float32Array[];

  constructor(
    readonly shape: KvShape,
    readonly slots: number,
  ) {
    const make = () => new Float32Array(shape.heads * slots * shape.headWidth);
    this.keys = Array.from({ length: shape.layers }, make);
    this.values = Array.from({ length: shape.layers }, make);
  }

  /** Writes `count` tokens of a block, from its token `from` on, into the slots from `slot` on. */
  write(slot: number, block: KvBlock, from = 0, count = block.tokens): void {
    const { layers, heads, headWidth } = this.shape;
    for (let layer = 0; layer < layers; layer++) {
      for (let head = 0; head < heads; head++) {
        const source = ((layer * heads + head) * block.tokens + from) * headWidth;
        const target = (head * this.slots + slot) * headWidth;
        const end = source + count * headWidth;
        this.keys[layer]!.set(block.key.subarray(source, end), target);
        this.values[layer]!.set(block.value.subarray(source, end), target);
      }
    }
  }

  /** Takes over the whole content of a store of the same size. */
  copyFrom(other: KvStore): void {
    if (other.slots !== this.slots) throw new RangeError(`${other.slots} slots do not fit ${this.slots}`);
    for (let layer = 0; layer < this.shape.layers; layer++) {
      this.keys[layer]!.set(other.keys[layer]!);
      this.values[layer]!.set(other.values[layer]!);
    }
  }
}
