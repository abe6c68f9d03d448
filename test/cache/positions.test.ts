import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  KvMemory,
  type PositionSchemeName,
  positionScheme,
  type UnitPlace,
  VisualCache,
} from "../../src/cache/mod.ts";
import { block, SMALL } from "../support/kv.ts";

const UNIT_MS = 500;
const WINDOW = 4;
const scheme = (name: PositionSchemeName) => positionScheme(name, UNIT_MS);

/** Distances from the newest unit's query to every key that it sees, by unit: what attention gets to know. */
function distances(name: PositionSchemeName, times: readonly number[], textPosition: number | null = null) {
  const cache = new VisualCache({
    memory: new KvMemory(),
    shape: SMALL,
    tokensPerUnit: 1,
    sinkUnits: 1,
    windowUnits: WINDOW,
    maxAgeMs: (WINDOW + 0.5) * UNIT_MS,
  });
  const places = times.map((mediaTimeMs, unit): UnitPlace => ({ unit, mediaTimeMs }));
  for (const place of places) cache.append({ ...place, kv: block(SMALL, [place.unit]) });
  const { span } = cache.view(places.at(-1)!);
  const rules = scheme(name);
  const query = rules.visualQuery(span, textPosition);
  const window = span.oldest === null ? [] : places.slice(span.oldest.unit);
  return new Map([
    [0, query.sink - rules.visualKey(places[0]!)] as const,
    ...window
      .filter((place) => place.unit > 0)
      .map((place) => [place.unit, query.window - rules.visualKey(place)] as const),
  ]);
}

const regular = (units: number, from = 0) => Array.from({ length: units }, (_, i) => from + i * UNIT_MS);

describe("position schemes", () => {
  it("are known by their names", () => {
    for (const name of ["real-time", "contiguous", "growing", "group"] as const)
      expect(scheme(name).name).toBe(name);
  });

  it("real-time equals contiguous on a regular stream, before and after eviction", () => {
    for (const units of [1, 2, 4, 5, 6, 30])
      expect(distances("real-time", regular(units))).toEqual(distances("contiguous", regular(units)));
  });

  it("contiguous numbers the survivors without a gap: the sink right before the oldest", () => {
    expect([...distances("contiguous", regular(30))]).toEqual([
      [0, 4],
      [26, 3],
      [27, 2],
      [28, 1],
      [29, 0],
    ]);
  });

  it("growing is the same until something is evicted, then differs at the sink only", () => {
    expect(distances("growing", regular(5))).toEqual(distances("contiguous", regular(5)));
    const growing = distances("growing", regular(30));
    const contiguous = distances("contiguous", regular(30));
    expect(growing.get(0)).toBe(29);
    growing.delete(0);
    contiguous.delete(0);
    expect(growing).toEqual(contiguous);
  });

  it("real-time feels time: half the frame rate is twice as far, a pause is a pause", () => {
    const slow = regular(3).map((ms) => 2 * ms);
    expect([...distances("real-time", slow)]).toEqual([
      [0, 3],
      [1, 2],
      [2, 0],
    ]);
    expect(distances("contiguous", slow)).toEqual(distances("contiguous", regular(3)));
    // After a pause longer than the window only the sink and the unit itself are left, next to each other.
    expect([...distances("real-time", [0, 500, 1000, 60_000])]).toEqual([
      [0, 1],
      [3, 0],
    ]);
  });

  it("real-time does not care when the stream's clock began", () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 2000 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(gaps, fc.integer({ min: -1e6, max: 1e10 }), (steps, offset) => {
        let time = 0;
        const times = steps.map((gap) => (time += gap));
        const here = [...distances("real-time", times)];
        const there = [
          ...distances(
            "real-time",
            times.map((ms) => ms + offset),
          ),
        ];
        expect(there.map(([unit]) => unit)).toEqual(here.map(([unit]) => unit));
        for (const [i, [, distance]] of there.entries()) expect(distance).toBeCloseTo(here[i]![1], 6);
      }),
    );
  });

  it("group looks at the video from the text's own count, and a frame from its own", () => {
    expect([...distances("group", regular(3), 17)]).toEqual([
      [0, 17],
      [1, 16],
      [2, 15],
    ]);
    expect(distances("group", regular(3))).toEqual(distances("growing", regular(3)));
  });

  it("no other depends on where the text stands", () => {
    for (const name of ["real-time", "contiguous", "growing"] as const)
      expect(distances(name, regular(8), 1234)).toEqual(distances(name, regular(8)));
  });

  it("never put a key behind its query in a stream that goes forward", () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 5000 }), { minLength: 1, maxLength: 20 });
    const names = fc.constantFrom<PositionSchemeName>("real-time", "contiguous", "growing");
    fc.assert(
      fc.property(names, gaps, (name, steps) => {
        let time = 0;
        const found = [
          ...distances(
            name,
            steps.map((gap) => (time += gap)),
          ).values(),
        ];
        for (const distance of found) expect(distance).toBeGreaterThanOrEqual(0);
        expect(found[0]).toBe(Math.max(...found));
      }),
    );
  });
});
