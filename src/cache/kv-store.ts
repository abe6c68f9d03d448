import type { KvMemory } from "./kv-memory.ts";

/** Shape of a model's keys and values. */
export interface KvShape {
  readonly layers: number;
  readonly heads: number;
  readonly headWidth: number;
}

/** Keys and values of some tokens, in transfer between threads: both `[layers, heads, tokens, headWidth]`. */
export interface KvBlock {
  readonly tokens: number;
  readonly key: Float32Array;
  readonly value: Float32Array;
}

/** Consecutive slots of a store. */
export interface SlotRange {
  readonly slot: number;
  readonly count: number;
}

/**
 * Keys and values of a fixed number of token slots, in a thread's linear memory:
 * `[keys | values][layers, heads, slots, headWidth]`.
 *
 * It is allocated once, written in place, and read by attention without a copy. The order of slots does not matter to
 * attention, so nothing is ever moved.
 */
export class KvStore {
  /** Bytes from a head to the next one. */
  readonly headStride: number;
  /** Bytes from a layer to the next one. */
  readonly layerStride: number;
  private address: number;

  constructor(
    readonly memory: KvMemory,
    readonly shape: KvShape,
    readonly slots: number,
  ) {
    this.headStride = slots * shape.headWidth * 4;
    this.layerStride = shape.heads * this.headStride;
    this.address = memory.allocate(this.bytes);
  }

  private get bytes(): number {
    return 2 * this.shape.layers * this.layerStride;
  }

  /** Address of a slot's key in the first head of the first layer (bytes). */
  keyAddress(slot: number): number {
    return this.address + slot * this.shape.headWidth * 4;
  }

  /** Address of a slot's value in the first head of the first layer (bytes). */
  valueAddress(slot: number): number {
    return this.keyAddress(slot) + this.shape.layers * this.layerStride;
  }

  /** Writes a block into the slots from `slot` on. */
  write(slot: number, block: KvBlock): void {
    const { floats } = this.memory;
    this.eachHead(slot, block.tokens, (key, value, from, to) => {
      floats.set(block.key.subarray(from, to), key);
      floats.set(block.value.subarray(from, to), value);
    });
  }

  /** A copy of the slots from `slot` on. */
  read(slot: number, tokens: number): KvBlock {
    const { floats } = this.memory;
    const { layers, heads, headWidth } = this.shape;
    const size = layers * heads * tokens * headWidth;
    const block = { tokens, key: new Float32Array(size), value: new Float32Array(size) };
    this.eachHead(slot, tokens, (key, value, from, to) => {
      block.key.set(floats.subarray(key, key + to - from), from);
      block.value.set(floats.subarray(value, value + to - from), from);
    });
    return block;
  }

  /** Copies some slots from a store of the same size and shape. */
  copy(other: KvStore, { slot, count }: SlotRange): void {
    if (other.slots !== this.slots)
      throw new RangeError(`A store of ${other.slots} slots cannot be copied into one of ${this.slots}.`);
    const { floats } = this.memory;
    const shift = (other.address - this.address) / 4;
    this.eachHead(slot, count, (key, value, from, to) => {
      floats.copyWithin(key, key + shift, key + shift + to - from);
      floats.copyWithin(value, value + shift, value + shift + to - from);
    });
  }

  /** Frees the memory. The store must not be used afterwards. */
  release(): void {
    if (this.address === 0) return;
    this.memory.release(this.address, this.bytes);
    this.address = 0;
  }

  /** `key`, `value`: where the slots of one head begin in memory (in floats). `from`, `to`: their place in a block. */
  private eachHead(
    slot: number,
    tokens: number,
    visit: (key: number, value: number, from: number, to: number) => void,
  ): void {
    const { layers, heads, headWidth } = this.shape;
    const [firstKey, firstValue] = [this.keyAddress(slot) / 4, this.valueAddress(slot) / 4];
    for (let head = 0; head < layers * heads; head++) {
      const offset = (head * this.headStride) / 4;
      const from = head * tokens * headWidth;
      visit(firstKey + offset, firstValue + offset, from, from + tokens * headWidth);
    }
  }
}
