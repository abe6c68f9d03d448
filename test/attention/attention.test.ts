import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Attention, type AttentionRow } from "../../src/attention/mod.ts";
import { KvMemory, type KvShape, KvStore, type SlotRange } from "../../src/cache/mod.ts";

const BASE = 1000;

/** Numbers from -1 to 1 that a seed gives. */
function noise(seed: number, length: number): Float32Array {
  let state = seed >>> 0;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

function rotated(vector: readonly number[], position: number): number[] {
  const half = vector.length / 2;
  return vector.map((x, i) => {
    const pair = i % half;
    const angle = position * BASE ** (-pair / half);
    const other = i < half ? -vector[i + half]! : vector[pair]!;
    return x * Math.cos(angle) + other * Math.sin(angle);
  });
}

/** What a row reads in one head of one layer, in float64 and from the definition. */
function expected(row: AttentionRow, query: readonly number[], layer: number, head: number): number[] {
  const { heads, headWidth } = row.store.shape;
  const seen = row.segments.flatMap(({ store, ranges, position }) =>
    ranges.flatMap(({ slot, count }) => {
      const block = store.read(slot, count);
      const turned = rotated(query, position);
      return Array.from({ length: count }, (_, token) => {
        const from = ((layer * heads + head) * count + token) * headWidth;
        const key = [...block.key.subarray(from, from + headWidth)];
        const value = [...block.value.subarray(from, from + headWidth)];
        return { score: key.reduce((sum, k, i) => sum + k * turned[i]!, 0), value };
      });
    }),
  );
  const top = Math.max(...seen.map(({ score }) => score));
  const weights = seen.map(({ score }) => Math.exp(score - top));
  const total = weights.reduce((a, b) => a + b, 0);
  return query.map((_, i) => seen.reduce((sum, { value }, j) => sum + (weights[j]! / total) * value[i]!, 0));
}

/** Stores full of noise, and rows that look at any of them. */
function scene(shape: KvShape, sizes: readonly number[], picks: readonly number[], memory = new KvMemory()) {
  const stores = sizes.map((slots, seed) => {
    const store = new KvStore(memory, shape, slots);
    const size = shape.layers * shape.heads * slots * shape.headWidth;
    store.write(0, { tokens: slots, key: noise(seed + 1, size), value: noise(seed + 99, size) });
    return store;
  });
  const rows = picks.map((pick, i): AttentionRow => {
    const store = stores[pick % stores.length]!;
    const slot = pick % store.slots;
    const segments = stores.map((other, j) => {
      const from = (pick * 7 + j) % other.slots;
      const count = 1 + ((pick >> (j + 2)) % (other.slots - from));
      const ranges: SlotRange[] = (pick + j) % 3 === 0 && j > 0 ? [] : [{ slot: from, count }];
      return { store: other, ranges, position: ((pick * 31 + j * 17) % 997) - 300.25 };
    });
    return { store, slot, position: (i * 13) % 50, segments };
  });
  return { memory, stores, rows };
}

async function worst(shape: KvShape, sizes: readonly number[], picks: readonly number[]): Promise<number> {
  const { memory, rows } = scene(shape, sizes, picks);
  const attention = await Attention.load(memory, shape, BASE);
  const width = shape.heads * shape.headWidth;
  let off = 0;
  attention.begin(rows);
  for (let layer = 0; layer < shape.layers; layer++) {
    const qkv = noise(layer + 7, 3 * rows.length * width);
    attention.write(layer, qkv);
    const read = attention.read(layer).slice();
    rows.forEach((row, i) => {
      for (let head = 0; head < shape.heads; head++) {
        const from = 3 * i * width + head * shape.headWidth;
        const wanted = expected(row, [...qkv.subarray(from, from + shape.headWidth)], layer, head);
        wanted.forEach((x, at) => {
          off = Math.max(off, Math.abs(x - read[i * width + head * shape.headWidth + at]!));
        });
      }
    });
  }
  return off;
}

describe("Attention", () => {
  it("equals the definition for any ragged rows over any stores, in heads of any width", async () => {
    const shapes = fc.constantFrom<KvShape>(
      { layers: 2, heads: 2, headWidth: 16 },
      { layers: 1, heads: 3, headWidth: 32 },
      { layers: 2, heads: 1, headWidth: 8 },
      { layers: 1, heads: 2, headWidth: 40 },
    );
    const sizes = fc.array(fc.integer({ min: 1, max: 70 }), { minLength: 1, maxLength: 4 });
    const picks = fc.array(fc.nat(5000), { minLength: 1, maxLength: 9 });
    await fc.assert(
      fc.asyncProperty(shapes, sizes, picks, async (shape, slots, rows) => {
        expect(await worst(shape, slots, rows)).toBeLessThan(1e-5);
      }),
      { numRuns: 60 },
    );
  });

  it("writes a row's key, rotated, and value where they belong, before anybody reads", async () => {
    const shape: KvShape = { layers: 2, heads: 2, headWidth: 8 };
    const memory = new KvMemory();
    const store = new KvStore(memory, shape, 4);
    const attention = await Attention.load(memory, shape, BASE);
    const rows = [2, 3].map((slot): AttentionRow => {
      const segments = [{ store, ranges: [{ slot: 2, count: slot - 1 }], position: slot }];
      return { store, slot, position: slot, segments };
    });
    attention.begin(rows);
    const qkv = noise(3, 2 * 3 * 16);
    attention.write(1, qkv);
    const { key, value } = store.read(3, 1);
    for (let head = 0; head < 2; head++) {
      const from = 48 + 16 + head * 8;
      const wanted = rotated([...qkv.subarray(from, from + 8)], 3);
      wanted.forEach((x, i) => {
        expect(key[16 + head * 8 + i]).toBeCloseTo(x, 6);
      });
      expect([...value.subarray(16 + head * 8, 24 + head * 8)]).toEqual([
        ...qkv.subarray(from + 16, from + 24),
      ]);
    }
    // The first row sees only itself: it reads its own value.
    expect([...attention.read(1).subarray(0, 16)]).toEqual(
      [...qkv.subarray(32, 48)].map((x) => expect.closeTo(x, 6)),
    );
    expect(store.read(0, 2).key.every((x) => x === 0)).toBe(true);
  });

  it("goes on when a larger step makes the memory grow", async () => {
    const shape: KvShape = { layers: 1, heads: 1, headWidth: 16 };
    const { memory, rows } = scene(shape, [30], [5, 9]);
    const attention = await Attention.load(memory, shape, BASE);
    const run = (some: readonly AttentionRow[]) => {
      attention.begin(some);
      attention.write(0, noise(1, 48 * some.length));
      return attention.read(0).slice(0, 16);
    };
    const before = run(rows);
    run(Array.from({ length: 20_000 }, () => rows[0]!));
    expect(run(rows)).toEqual(before);
  });

  it("works on after its memory was replaced, by itself or by another", async () => {
    const shape: KvShape = { layers: 1, heads: 1, headWidth: 16 };
    const memory = new KvMemory();
    const [attention, other] = await Promise.all([1, 2].map(() => Attention.load(memory, shape, BASE)));
    const run = (by: Attention) => {
      const { stores, rows } = scene(shape, [30, 200_000], [5, 9], memory);
      by.begin(rows);
      by.write(0, noise(1, 96));
      const read = by.read(0).slice();
      expect(by.trim()).toBe(false);
      for (const store of stores) store.release();
      return read;
    };
    const before = run(attention!);
    const first = memory.wasm;
    expect(attention!.trim()).toBe(true);
    expect(memory.wasm).not.toBe(first);
    expect(run(attention!)).toEqual(before);
    expect(run(other!)).toEqual(before);
    expect(other!.trim()).toBe(true);
    expect(run(attention!)).toEqual(before);
    expect(memory.usedBytes).toBe(0);
  });

  it("refuses heads that its vectors do not divide", async () => {
    const load = Attention.load(new KvMemory(), { layers: 1, heads: 1, headWidth: 12 }, BASE);
    await expect(load).rejects.toMatchObject({ code: "attention_unavailable" });
  });
});
