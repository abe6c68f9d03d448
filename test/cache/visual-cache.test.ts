import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { KvMemory, VisualCache, type VisualCacheOptions } from "../../src/cache/mod.ts";
import { block, SMALL, visible } from "../support/kv.ts";

const TOKENS = 2;
const tokensOf = (unit: number) => [unit * TOKENS, unit * TOKENS + 1];

const make = (options: Partial<VisualCacheOptions> = {}) =>
  new VisualCache({
    memory: new KvMemory(),
    shape: SMALL,
    tokensPerUnit: TOKENS,
    sinkUnits: 1,
    windowUnits: 3,
    ...options,
  });

const unitOf = (unit: number, mediaTimeMs = unit * 500) => ({
  unit,
  mediaTimeMs,
  kv: block(SMALL, tokensOf(unit)),
});

function filled(units: number, options: Partial<VisualCacheOptions> = {}): VisualCache {
  const cache = make(options);
  for (let unit = 0; unit < units; unit++) cache.append(unitOf(unit));
  return cache;
}

/** The units that a query from `unit` sees, and the span that it is told. */
function look(cache: VisualCache, unit: number, mediaTimeMs = unit * 500) {
  const view = cache.view({ unit, mediaTimeMs });
  const seen = visible(cache.store, view);
  const units = (tokens: number[]) => [...new Set(tokens.map((token) => Math.floor(token / TOKENS)))];
  expect(seen.window).toEqual(units(seen.window).flatMap(tokensOf));
  return { window: units(seen.window), sink: units(seen.sink), span: view.span };
}

describe("VisualCache", () => {
  it("keeps the sink for ever and of the others the newest: the ring overwrites the oldest", () => {
    const cache = filled(100);
    expect(look(cache, 99)).toMatchObject({ sink: [0], window: [97, 98, 99] });
    expect(cache).toMatchObject({ newest: 99, held: 3, evicted: 96 });
    expect(make()).toMatchObject({ newest: -1, held: 0, evicted: 0 });
    expect(filled(1)).toMatchObject({ newest: 0, held: 0, evicted: 0 });
    expect([0, 96, 97, 99, 100].map((unit) => cache.place(unit)?.unit ?? null)).toEqual([
      0,
      null,
      97,
      99,
      null,
    ]);
  });

  it("never grows", () => {
    const cache = filled(4);
    const { memory } = cache.store;
    const [size, first] = [memory.usedBytes, cache.store.keyAddress(0)];
    for (let unit = 4; unit < 40; unit++) cache.append(unitOf(unit));
    expect([memory.usedBytes, cache.store.keyAddress(0)]).toEqual([size, first]);
    expect(cache.store.slots).toBe((1 + 3) * TOKENS);
  });

  it("shows a query what was there up to its own unit, its own included", () => {
    const cache = filled(4);
    expect(look(cache, 0)).toMatchObject({ sink: [0], window: [], span: { oldest: null } });
    expect(look(cache, 1)).toMatchObject({ sink: [0], window: [1], span: { oldest: { unit: 1 } } });
    expect(look(cache, 3)).toMatchObject({ window: [1, 2, 3], span: { oldest: { unit: 1 } } });
  });

  it("shows the unit to come all but itself, of which its span begins if nothing else is left", () => {
    const cache = filled(5);
    expect(look(cache, 5)).toMatchObject({ window: [3, 4], span: { oldest: { unit: 3 } } });
    expect(look(make(), 0)).toMatchObject({ sink: [], window: [], span: { oldest: null, sink: null } });
    const alone = filled(1);
    expect(look(alone, 1)).toMatchObject({ window: [], span: { oldest: { unit: 1 }, sink: { unit: 0 } } });
  });

  it("leaves out what is too old, however few units there are", () => {
    const cache = filled(4, { maxAgeMs: 1250 });
    expect(cache).toMatchObject({ held: 3, evicted: 0 });
    cache.append(unitOf(4, 10_000));
    expect(cache).toMatchObject({ held: 1, evicted: 3 });
    expect(look(cache, 4, 10_000)).toMatchObject({ sink: [0], window: [4], span: { oldest: { unit: 4 } } });
    // At the age itself a unit is still in, beyond it out.
    const edge = filled(3, { maxAgeMs: 1250 });
    expect(look(edge, 3, 1750).window).toEqual([1, 2]);
    expect(look(edge, 3, 1751).window).toEqual([2]);
  });

  it("keeps slack units readable for who looks from an earlier one, and for no one else", () => {
    const cache = filled(10, { slackUnits: 2 });
    expect(look(cache, 9).window).toEqual([7, 8, 9]);
    expect(look(cache, 7).window).toEqual([5, 6, 7]);
    expect(look(cache, 6).window).toEqual([5, 6]);
    expect(look(cache, 3).window).toEqual([]);
  });

  it("has more than one sink unit where it is told so", () => {
    const cache = filled(8, { sinkUnits: 2 });
    expect(look(cache, 7)).toMatchObject({ sink: [0, 1], window: [5, 6, 7], span: { sink: { unit: 1 } } });
    expect(look(filled(1, { sinkUnits: 2 }), 0)).toMatchObject({ sink: [0], span: { sink: { unit: 0 } } });
  });

  it("shows a unit that was written to its slots once it is admitted", () => {
    const cache = filled(5);
    const { slot } = cache.slotsOf(5);
    cache.store.write(slot, unitOf(5).kv);
    expect(look(cache, 5)).toMatchObject({ window: [3, 4] });
    cache.admit({ unit: 5, mediaTimeMs: 2500 });
    expect(look(cache, 5)).toMatchObject({ window: [3, 4, 5] });
    expect(() => cache.admit({ unit: 7, mediaTimeMs: 3500 })).toThrowError(RangeError);
  });

  it("needs two ranges of slots at the most, whatever was overwritten", () => {
    const cache = make({ windowUnits: 4, slackUnits: 3 });
    for (let unit = 0; unit < 40; unit++) {
      cache.append(unitOf(unit));
      expect(cache.view({ unit, mediaTimeMs: unit * 500 }).window.length).toBeLessThanOrEqual(2);
    }
  });

  it("refuses a unit out of turn, again, or of another size, and stays as it was", () => {
    const cache = filled(2);
    for (const wrong of [0, 1, 3]) expect(() => cache.append(unitOf(wrong))).toThrowError(RangeError);
    expect(() => cache.append({ ...unitOf(2), kv: block(SMALL, [1, 2, 3]) })).toThrowError(
      /3 tokens, and 2 are expected/,
    );
    expect(cache.newest).toBe(1);
    expect(look(cache, 1)).toMatchObject({ sink: [0], window: [1] });
  });

  it("shows exactly the last units that are young enough, for any times and sizes", () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 2000 }), { minLength: 1, maxLength: 40 });
    const size = fc.integer({ min: 1, max: 6 });
    fc.assert(
      fc.property(
        gaps,
        size,
        fc.integer({ min: 1, max: 3 }),
        fc.nat(4),
        (steps, windowUnits, sinkUnits, back) => {
          const cache = make({ windowUnits, sinkUnits, slackUnits: 4, maxAgeMs: 3000 });
          let time = 0;
          const times = steps.map((gap) => (time += gap));
          for (const [unit, at] of times.entries()) cache.append(unitOf(unit, at));
          const now = Math.max(0, times.length - 1 - back);
          const all = times.map((_, unit) => unit).filter((unit) => unit <= now);
          const young = (unit: number) => times[now]! - times[unit]! <= 3000;
          const { sink, window, span } = look(cache, now, times[now]);
          expect(sink).toEqual(all.filter((unit) => unit < sinkUnits));
          expect(window).toEqual(
            all.filter((unit) => unit >= sinkUnits && unit > now - windowUnits && young(unit)),
          );
          expect(span.oldest?.unit ?? null).toBe(window[0] ?? null);
        },
      ),
    );
  });
});
