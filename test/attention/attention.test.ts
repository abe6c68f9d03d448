import { setFlagsFromString } from "node:v8";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Attention, type AttentionRow } from "../../src/attention/mod.ts";
import {
  axesOf,
  KvMemory,
  type KvPrecision,
  type KvShape,
  KvStore,
  type Position,
  type Rope,
  type SlotRange,
} from "../../src/cache/mod.ts";

// Node 20 knows relaxed SIMD behind a flag only; from 22 on it is there.
if (Number.parseInt(process.versions.node, 10) < 22) setFlagsFromString("--experimental-wasm-relaxed-simd");

/** All ways in which a product may be computed. */
const WAYS = [
  { name: "plain kernel", build: "plain", largeProduct: Number.POSITIVE_INFINITY },
  { name: "relaxed kernel", build: "relaxed", largeProduct: Number.POSITIVE_INFINITY },
  { name: "products by the runtime", largeProduct: 1 },
] as const;
const PLAIN: Rope = { base: 1000 };
const BLOCKS = (half: number): Rope => ({ base: 1000, sections: [half - 3, 2, 1] });
const INTERLEAVED = (half: number): Rope => ({ base: 1000, sections: [half - 2, 1, 1], interleaved: true });

/** Numbers from -1 to 1 that a seed gives. */
function noise(seed: number, length: number): Float32Array {
  let state = seed >>> 0;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

/** The axis that a pair turns with. */
function axis(pair: number, { sections, interleaved }: Rope): number {
  if (sections === undefined) return 0;
  const [time, row, column] = sections;
  if (!interleaved) return [...Array(time).fill(0), ...Array(row).fill(1), ...Array(column).fill(2)][pair];
  return pair < 3 * sections[pair % 3]! ? pair % 3 : 0;
}

function rotated(vector: readonly number[], position: Position, rope: Rope): number[] {
  const half = vector.length / 2;
  return vector.map((x, i) => {
    const pair = i % half;
    const angle = axesOf(position)[axis(pair, rope)]! * rope.base ** (-pair / half);
    const other = i < half ? -vector[i + half]! : vector[pair]!;
    return x * Math.cos(angle) + other * Math.sin(angle);
  });
}

/** What a query of a row reads in one layer from one head of keys and values, in float64 and from the definition. */
function expected(
  row: AttentionRow,
  query: readonly number[],
  layer: number,
  head: number,
  rope: Rope,
): number[] {
  const { heads, headWidth } = row.store.shape;
  const seen = row.segments.flatMap(({ store, ranges, position }) =>
    ranges.flatMap(({ slot, count }) => {
      const block = store.read(slot, count);
      const turned = rotated(query, position, rope);
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
      const time = ((pick * 31 + j * 17) % 997) - 300.25;
      return { store: other, ranges, position: pick % 2 === 0 ? time : ([time, 3, pick % 11] as const) };
    });
    return { store, slot, position: i % 4 === 3 ? [i, 2 * i, 7] : (i * 13) % 50, segments };
  });
  return { memory, stores, rows };
}

/** A store of noise. */
function noisy(memory: KvMemory, shape: KvShape, slots: number, seed: number): KvStore {
  const store = new KvStore(memory, shape, slots);
  const size = shape.layers * shape.heads * slots * shape.headWidth;
  store.write(0, { tokens: slots, key: noise(seed, size), value: noise(seed + 99, size) });
  return store;
}

/** A prefill: tokens that share a sink and a window in two pieces, and of which each sees one more than the last. */
function prefill(memory: KvMemory, shape: KvShape, cached: number, tokens: number): AttentionRow[] {
  const store = noisy(memory, shape, cached + tokens, 5);
  return Array.from({ length: tokens }, (_, i) => ({
    store,
    slot: cached + i,
    position: 300 + i,
    segments: [
      { store, ranges: [{ slot: 0, count: 3 }], position: 70.5 + i },
      {
        store,
        ranges: [
          { slot: cached - 9, count: 10 + i },
          { slot: 3, count: cached - 20 },
        ],
        position: 300 + i,
      },
    ],
  }));
}

/** Thinkers that share a video, each from a place of its own, and have a text each. Two of them feed two tokens. */
function thinkers(memory: KvMemory, shape: KvShape, shared: number, count: number): AttentionRow[] {
  const video = noisy(memory, shape, shared, 1);
  return Array.from({ length: count }, (_, i) => i).flatMap((i) => {
    const own = 5 + ((7 * i) % 30);
    const store = noisy(memory, shape, own + 2, 10 + i);
    return Array.from({ length: i < 2 ? 2 : 1 }, (_, ahead) => ({
      store,
      slot: own + ahead,
      position: own + ahead,
      segments: [
        { store: video, ranges: [{ slot: 0, count: 6 }], position: 11 + i },
        { store: video, ranges: i === 3 ? [] : [{ slot: 8, count: shared - 8 - i }], position: 200.5 + i },
        { store, ranges: [{ slot: 0, count: own + 1 + ahead }], position: own + ahead },
      ],
    }));
  });
}

interface Case {
  readonly way: (typeof WAYS)[number];
  readonly shape: KvShape;
  /** Query heads of each head of keys and values. */
  readonly group: number;
  readonly rope: Rope;
}

/** The largest error of what some rows read */
async function worst(
  { way, shape, group, rope }: Case,
  memory: KvMemory,
  rows: readonly AttentionRow[],
): Promise<number> {
  const { layers, headWidth } = shape;
  const heads = shape.heads * group;
  const attention = await Attention.load(memory, shape, { rope, heads, ...way });
  const width = (heads + 2 * shape.heads) * headWidth;
  let off = 0;
  attention.begin(rows);
  for (let layer = 0; layer < layers; layer++) {
    const qkv = noise(layer + 7, rows.length * width);
    attention.write(layer, qkv);
    const read = (await attention.read(layer)).slice();
    rows.forEach((row, i) => {
      for (let head = 0; head < heads; head++) {
        const from = i * width + head * headWidth;
        const query = [...qkv.subarray(from, from + headWidth)];
        const wanted = expected(row, query, layer, Math.floor(head / group), rope);
        wanted.forEach((x, at) => {
          off = Math.max(off, Math.abs(x - read[(i * heads + head) * headWidth + at]!));
        });
      }
    });
  }
  return off;
}

describe("Attention", () => {
  it.each(WAYS)(
    "equals the definition for any ragged rows over any stores, in heads of any width ($name)",
    async (way) => {
      const cases = fc.constantFrom<Omit<Case, "way">>(
        { shape: { layers: 2, heads: 2, headWidth: 16 }, group: 1, rope: PLAIN },
        { shape: { layers: 1, heads: 3, headWidth: 32 }, group: 3, rope: PLAIN },
        { shape: { layers: 2, heads: 1, headWidth: 8 }, group: 4, rope: BLOCKS(4) },
        { shape: { layers: 1, heads: 2, headWidth: 40 }, group: 3, rope: INTERLEAVED(20) },
        { shape: { layers: 1, heads: 1, headWidth: 64 }, group: 3, rope: INTERLEAVED(32) },
        { shape: { layers: 1, heads: 1, headWidth: 80 }, group: 1, rope: PLAIN },
        { shape: { layers: 1, heads: 1, headWidth: 128 }, group: 4, rope: BLOCKS(64) },
        { shape: { layers: 2, heads: 2, headWidth: 24, precision: "int8" }, group: 2, rope: PLAIN },
      );
      const sizes = fc.array(fc.integer({ min: 1, max: 70 }), { minLength: 1, maxLength: 4 });
      const picks = fc.array(fc.nat(5000), { minLength: 1, maxLength: 9 });
      await fc.assert(
        fc.asyncProperty(cases, sizes, picks, async (some, slots, chosen) => {
          const { memory, rows } = scene(some.shape, slots, chosen);
          expect(await worst({ way, ...some }, memory, rows)).toBeLessThan(1e-5);
        }),
        { numRuns: 60 },
      );
    },
  );

  it.each(WAYS)("equals it for tokens that share what they see ($name)", async (way) => {
    const heads: [headWidth: number, group: number, rope: Rope, precision: KvPrecision][] = [
      [64, 3, PLAIN, "f32"],
      [32, 1, BLOCKS(16), "f32"],
      [8, 4, PLAIN, "f32"],
      [40, 2, PLAIN, "f32"],
      [64, 3, PLAIN, "int8"],
      [8, 1, PLAIN, "int8"],
    ];
    for (const [headWidth, group, rope, precision] of heads) {
      const shape = { layers: 1, heads: 2, headWidth, precision };
      for (const tokens of [1, 2, 7, 33]) {
        const memory = new KvMemory();
        const rows = prefill(memory, shape, 75, tokens);
        expect(await worst({ way, shape, group, rope }, memory, rows)).toBeLessThan(1e-5);
      }
      const memory = new KvMemory();
      const rows = thinkers(memory, shape, 90, 9);
      expect(await worst({ way, shape, group, rope }, memory, rows)).toBeLessThan(1e-5);
    }
  });

  it.each(WAYS)("stays exact over a long context ($name)", async (way) => {
    const shape: KvShape = { layers: 1, heads: 1, headWidth: 64 };
    const memory = new KvMemory();
    const rows = prefill(memory, shape, 6000, 5);
    // Of values up to 1.
    expect(await worst({ way, shape, group: 3, rope: PLAIN }, memory, rows)).toBeLessThan(1e-5);
  });

  it("writes a row's key, rotated, and value where they belong, before anybody reads", async () => {
    const shape: KvShape = { layers: 2, heads: 2, headWidth: 8 };
    const memory = new KvMemory();
    const store = new KvStore(memory, shape, 4);
    const attention = await Attention.load(memory, shape, { rope: PLAIN });
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
      const wanted = rotated([...qkv.subarray(from, from + 8)], 3, PLAIN);
      wanted.forEach((x, i) => {
        expect(key[16 + head * 8 + i]).toBeCloseTo(x, 6);
      });
      expect([...value.subarray(16 + head * 8, 24 + head * 8)]).toEqual([
        ...qkv.subarray(from + 16, from + 24),
      ]);
    }
    // The first row sees only itself: it reads its own value.
    expect([...(await attention.read(1)).subarray(0, 16)]).toEqual(
      [...qkv.subarray(32, 48)].map((x) => expect.closeTo(x, 6)),
    );
    expect(store.read(0, 2).key.every((x) => x === 0)).toBe(true);
  });

  it("writes to a store of int8 what the store itself would", async () => {
    const shape: KvShape = { layers: 1, heads: 1, headWidth: 32, precision: "int8" };
    const memory = new KvMemory();
    const store = new KvStore(memory, shape, 3);
    const attention = await Attention.load(memory, shape, { rope: PLAIN });
    const qkv = noise(4, 96);
    attention.begin([{ store, slot: 1, position: 5, segments: [] }]);
    attention.write(0, qkv);
    const written = store.read(1, 1);
    const key = Float32Array.from(rotated([...qkv.subarray(32, 64)], 5, PLAIN));
    store.write(2, { tokens: 1, key, value: qkv.subarray(64) });
    const wanted = store.read(2, 1);
    for (const of of ["key", "value"] as const)
      written[of].forEach((x, i) => {
        expect(x).toBeCloseTo(wanted[of][i]!, 5);
      });
    expect(written.value.some((x) => Math.abs(x) > 0.5)).toBe(true);
    expect(store.read(0, 1).key.every((x) => x === 0)).toBe(true);
  });

  it("reads from int8 nearly what it reads from float32", async () => {
    const read = async (precision: KvPrecision) => {
      const shape: KvShape = { layers: 1, heads: 2, headWidth: 64, precision };
      const memory = new KvMemory();
      const rows = prefill(memory, shape, 500, 4);
      const attention = await Attention.load(memory, shape, { rope: PLAIN, heads: 6 });
      attention.begin(rows);
      attention.write(
        0,
        noise(3, 4 * 10 * 64).map((x) => x / 4),
      );
      return [...(await attention.read(0))];
    };
    const [exact, narrow] = await Promise.all([read("f32"), read("int8")]);
    const square = (numbers: readonly number[]) => numbers.reduce((sum, x) => sum + x * x, 0);
    const error = Math.sqrt(square(exact.map((x, i) => x - narrow[i]!)) / square(exact));
    expect(error).toBeGreaterThan(1e-4);
    expect(error).toBeLessThan(0.03);
  });

  it("goes on when a larger step makes the memory grow", async () => {
    const shape: KvShape = { layers: 1, heads: 1, headWidth: 16 };
    const { memory, rows } = scene(shape, [30], [5, 9]);
    const attention = await Attention.load(memory, shape, { rope: PLAIN });
    const run = async (some: readonly AttentionRow[]) => {
      attention.begin(some);
      attention.write(0, noise(1, 48 * some.length));
      return (await attention.read(0)).slice(0, 16);
    };
    const before = await run(rows);
    await run(Array.from({ length: 20_000 }, () => rows[0]!));
    expect(await run(rows)).toEqual(before);
  });

  it("works on after its memory was replaced, by itself or by another", async () => {
    const shape: KvShape = { layers: 1, heads: 1, headWidth: 16 };
    const memory = new KvMemory();
    const [attention, other] = await Promise.all(
      [1, 2].map(() => Attention.load(memory, shape, { rope: PLAIN })),
    );
    const run = async (by: Attention) => {
      const { stores, rows } = scene(shape, [30, 200_000], [5, 9], memory);
      by.begin(rows);
      by.write(0, noise(1, 96));
      const read = (await by.read(0)).slice();
      expect(by.trim()).toBe(false);
      for (const store of stores) store.release();
      return read;
    };
    const before = await run(attention!);
    const first = memory.wasm;
    expect(attention!.trim()).toBe(true);
    expect(memory.wasm).not.toBe(first);
    expect(await run(attention!)).toEqual(before);
    expect(await run(other!)).toEqual(before);
    expect(other!.trim()).toBe(true);
    expect(await run(attention!)).toEqual(before);
    expect(memory.usedBytes).toBe(0);
  });

  it("refuses heads that its vectors do not divide", async () => {
    const load = Attention.load(new KvMemory(), { layers: 1, heads: 1, headWidth: 12 }, { rope: PLAIN });
    await expect(load).rejects.toMatchObject({ code: "attention_unavailable" });
  });

  it("refuses query heads that the heads of keys and values do not divide", async () => {
    const load = Attention.load(
      new KvMemory(),
      { layers: 1, heads: 2, headWidth: 8 },
      { rope: PLAIN, heads: 3 },
    );
    await expect(load).rejects.toMatchObject({ code: "attention_unavailable" });
  });
});
