import { describe, expect, it } from "vitest";
import { KvMemory, KvStore } from "../../src/cache/mod.ts";
import { block, SMALL, tokenAt } from "../support/kv.ts";

const make = (slots: number, memory = new KvMemory()) => new KvStore(memory, SMALL, slots);

describe("KvStore", () => {
  it("puts every layer's and head's keys and values of a token into its slot", () => {
    const store = make(5);
    store.write(1, block(SMALL, [7, 8, 9]));
    expect([1, 2, 3].map((slot) => tokenAt(store, slot))).toEqual([7, 8, 9]);
  });

  it("overwrites what stands in a slot, and leaves its neighbours alone", () => {
    const store = make(4);
    store.write(0, block(SMALL, [1, 2, 3, 4]));
    store.write(2, block(SMALL, [6]));
    expect([0, 1, 2, 3].map((slot) => tokenAt(store, slot))).toEqual([1, 2, 6, 4]);
  });

  it("gives back what was written to it", () => {
    const store = make(6);
    const written = block(SMALL, [4, 5, 6]);
    store.write(2, written);
    expect(store.read(2, 3)).toEqual(written);
  });

  it("has the addresses that its layout says", () => {
    const store = make(5);
    store.write(0, block(SMALL, [1, 2, 3]));
    const [layer, head, slot] = [1, 1, 2];
    const within = layer * store.layerStride + head * store.headStride;
    const at = (address: number) => store.memory.floats[(address + within) / 4];
    const { key, value } = store.read(slot, 1);
    const first = (layer * SMALL.heads + head) * SMALL.headWidth;
    expect(at(store.keyAddress(slot))).toBe(key[first]);
    expect(at(store.valueAddress(slot))).toBe(value[first]);
  });

  it("copies another's slots and goes its own way; refuses one of another size", () => {
    const memory = new KvMemory();
    const store = make(3, memory);
    store.write(0, block(SMALL, [1, 2, 3]));
    const copy = make(3, memory);
    copy.write(0, block(SMALL, [8]));
    copy.copy(store, { slot: 1, count: 2 });
    store.write(1, block(SMALL, [9]));
    expect([0, 1, 2].map((slot) => tokenAt(copy, slot))).toEqual([8, 2, 3]);
    expect(() => make(4, memory).copy(store, { slot: 0, count: 1 })).toThrowError(RangeError);
  });

  it("stands while its memory grows, and gives it back once", () => {
    const memory = new KvMemory();
    const store = make(2, memory);
    store.write(0, block(SMALL, [1, 2]));
    const large = make(100_000, memory);
    expect(tokenAt(store, 1)).toBe(2);
    large.release();
    store.release();
    store.release();
    expect(memory.usedBytes).toBe(0);
  });

  it("keeps int8 in about a quarter of the memory, each number right to half a step of its token and head", () => {
    const shape = { layers: 2, heads: 2, headWidth: 64 };
    const [wide, small] = [new KvMemory(), new KvMemory()];
    const store = new KvStore(small, { ...shape, precision: "int8" }, 9);
    new KvStore(wide, shape, 9);
    expect(small.usedBytes / wide.usedBytes).toBeLessThan(0.28);
    const size = 4 * 3 * 64;
    const written = {
      tokens: 3,
      key: Float32Array.from({ length: size }, (_, i) => Math.sin(i) * 2 ** (Math.floor(i / 64) % 5)),
      value: Float32Array.from({ length: size }, (_, i) => (i < 64 ? 0 : Math.cos(i * i))),
    };
    store.write(4, written);
    const read = store.read(4, 3);
    for (const of of ["key", "value"] as const)
      for (let from = 0; from < size; from += 64) {
        const numbers = written[of].subarray(from, from + 64);
        const step = Math.max(...numbers.map(Math.abs)) / 127;
        numbers.forEach((x, i) => {
          expect(Math.abs(read[of][from + i]! - x)).toBeLessThanOrEqual(0.501 * step);
        });
      }
    expect(store.read(3, 1).key.every((x) => x === 0)).toBe(true);
  });

  it("copies int8 as it is, and refuses to mix it with float32", () => {
    const memory = new KvMemory();
    const [store, copy] = [1, 2].map(() => new KvStore(memory, { ...SMALL, precision: "int8" }, 3));
    store!.write(1, block(SMALL, [5, 6]));
    copy!.copy(store!, { slot: 1, count: 2 });
    expect(copy!.read(0, 3)).toEqual(store!.read(0, 3));
    expect(() => make(3, memory).copy(store!, { slot: 0, count: 1 })).toThrowError(RangeError);
  });
});
