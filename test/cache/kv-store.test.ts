import { describe, expect, it } from "vitest";
import { KvStore } from "../../src/cache/mod.ts";
import { block, SMALL, tokenAt } from "../support/kv.ts";

describe("KvStore", () => {
  it("puts every layer's and head's keys and values of a token into its slot", () => {
    const store = new KvStore(SMALL, 5);
    store.write(1, block(SMALL, [7, 8, 9]));
    expect([1, 2, 3].map((slot) => tokenAt(store, slot))).toEqual([7, 8, 9]);
    expect(store.values.every((layer) => layer.length === SMALL.heads * 5 * SMALL.headWidth)).toBe(true);
  });

  it("writes part of a block, and leaves its neighbours alone", () => {
    const store = new KvStore(SMALL, 4);
    store.write(0, block(SMALL, [1, 2, 3, 4]));
    store.write(2, block(SMALL, [5, 6, 7]), 1, 1);
    expect([0, 1, 2, 3].map((slot) => tokenAt(store, slot))).toEqual([1, 2, 6, 4]);
  });

  it("is written in place: who holds its arrays sees what comes", () => {
    const store = new KvStore(SMALL, 2);
    const held = store.keys[1]!;
    store.write(1, block(SMALL, [3]));
    expect(store.keys[1]).toBe(held);
    expect(held.some((x) => x !== 0)).toBe(true);
  });

  it("copies another's content and goes its own way; refuses one of another size", () => {
    const store = new KvStore(SMALL, 2);
    store.write(0, block(SMALL, [1, 2]));
    const copy = new KvStore(SMALL, 2);
    copy.copyFrom(store);
    store.write(0, block(SMALL, [9]));
    expect([tokenAt(copy, 0), tokenAt(copy, 1), tokenAt(store, 0)]).toEqual([1, 2, 9]);
    expect(() => new KvStore(SMALL, 3).copyFrom(store)).toThrowError(RangeError);
  });
});
