import { int8SlotBytes, narrow, widen } from "./int8-slots.ts";
import type { CacheKind, KvMemory } from "./kv-memory.ts";

/** How keys and values are kept: as they are, or as whole numbers of 8 bits with a scale for each token and head. */
export const KV_PRECISIONS = ["f32", "int8"] as const;

export type KvPrecision = (typeof KV_PRECISIONS)[number];

/** Shape of a model's keys and values, and how they are kept. */
export interface KvShape {
  readonly layers: number;
  readonly heads: number;
  readonly headWidth: number;
  /** `f32` if it is not given. `int8` takes about a quarter of the memory, and loses precision. */
  readonly precision?: KvPrecision;
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
 * `[keys | values][layers, heads, slots, headWidth]`. A slot of `int8` has its scale behind it (float32).
 *
 * It is allocated once, written in place, and read by attention without a copy. The order of slots does not matter to
 * attention, so nothing is ever moved.
 */
export class KvStore {
  /** Bytes from a slot to the next one. */
  readonly slotBytes: number;
  /** Bytes from a head to the next one. */
  readonly headStride: number;
  /** Bytes from a layer to the next one. */
  readonly layerStride: number;
  private address: number;

  constructor(
    readonly memory: KvMemory,
    readonly shape: KvShape,
    readonly slots: number,
    /** Which cache it is of, so that their bytes can be told apart; null: of none. */
    private readonly cache: CacheKind | null = null,
  ) {
    this.slotBytes = this.isNarrow ? int8SlotBytes(shape.headWidth) : 4 * shape.headWidth;
    this.headStride = slots * this.slotBytes;
    this.layerStride = shape.heads * this.headStride;
    this.address = memory.allocate(this.bytes);
    if (cache !== null) memory.heldBytes[cache] += this.bytes;
  }

  /** Whether its slots are of 8 bits. */
  get isNarrow(): boolean {
    return this.shape.precision === "int8";
  }

  private get bytes(): number {
    return 2 * this.shape.layers * this.layerStride;
  }

  /** Address of a slot's key in the first head of the first layer (bytes). */
  keyAddress(slot: number): number {
    return this.address + slot * this.slotBytes;
  }

  /** Address of a slot's value in the first head of the first layer (bytes). */
  valueAddress(slot: number): number {
    return this.keyAddress(slot) + this.shape.layers * this.layerStride;
  }

  /** Writes a block into the slots from `slot` on. */
  write(slot: number, block: KvBlock): void {
    const { floats } = this.memory;
    const { headWidth } = this.shape;
    this.eachHead(slot, block.tokens, (key, value, from, to) => {
      for (const [address, source] of [
        [key, block.key],
        [value, block.value],
      ] as const) {
        const numbers = source.subarray(from, to);
        if (this.isNarrow) narrow(numbers, headWidth, floats, address);
        else floats.set(numbers, address / 4);
      }
    });
  }

  /** A copy of the slots from `slot` on. */
  read(slot: number, tokens: number): KvBlock {
    const { floats } = this.memory;
    const { layers, heads, headWidth } = this.shape;
    const size = layers * heads * tokens * headWidth;
    const block = { tokens, key: new Float32Array(size), value: new Float32Array(size) };
    this.eachHead(slot, tokens, (key, value, from, to) => {
      for (const [address, target] of [
        [key, block.key],
        [value, block.value],
      ] as const) {
        if (this.isNarrow) widen(floats, address, headWidth, target.subarray(from, to));
        else target.set(floats.subarray(address / 4, address / 4 + to - from), from);
      }
    });
    return block;
  }

  /** Copies some slots from a store of the same size and shape. */
  copy(other: KvStore, { slot, count }: SlotRange): void {
    if (other.slots !== this.slots || other.isNarrow !== this.isNarrow)
      throw new RangeError(
        `A store of ${other.slots} slots (${other.isNarrow ? "int8" : "f32"}) cannot be copied into one of ${this.slots} (${this.isNarrow ? "int8" : "f32"}).`,
      );
    const { floats } = this.memory;
    const shift = (other.address - this.address) / 4;
    const size = (count * this.slotBytes) / 4;
    this.eachHead(slot, count, (key, value) => {
      for (const to of [key / 4, value / 4]) floats.copyWithin(to, to + shift, to + shift + size);
    });
  }

  /** Frees the memory. The store must not be used afterwards. */
  release(): void {
    if (this.address === 0) return;
    this.memory.release(this.address, this.bytes);
    if (this.cache !== null) this.memory.heldBytes[this.cache] -= this.bytes;
    this.address = 0;
  }

  /** `key`, `value`: where the slots of one head begin (byte addresses). `from`, `to`: their place in a block. */
  private eachHead(
    slot: number,
    tokens: number,
    visit: (key: number, value: number, from: number, to: number) => void,
  ): void {
    const { layers, heads, headWidth } = this.shape;
    const [firstKey, firstValue] = [this.keyAddress(slot), this.valueAddress(slot)];
    for (let head = 0; head < layers * heads; head++) {
      const offset = head * this.headStride;
      const from = head * tokens * headWidth;
      visit(firstKey + offset, firstValue + offset, from, from + tokens * headWidth);
    }
  }
}
