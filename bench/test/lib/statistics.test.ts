import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mean, median, pairedRatios, percentile, percentiles, spread } from "../../lib/statistics.ts";

const value = fc.double({ min: -1e6, max: 1e6, noNaN: true });
const values = fc.array(value, { minLength: 1, maxLength: 200 });

describe("percentile", () => {
  it("is one of the values, and the asked share of them is not above it", () => {
    fc.assert(
      fc.property(values, fc.double({ min: 0, max: 1, noNaN: true }), (all, share) => {
        const found = percentile(all, share);
        expect(all).toContain(found);
        expect(all.filter((each) => each <= found).length).toBeGreaterThanOrEqual(
          Math.ceil(share * all.length),
        );
        expect(all.filter((each) => each < found).length).toBeLessThan(Math.max(1, share * all.length));
      }),
    );
  });

  it("does not depend on the order, nor change what it is given", () => {
    const all = [5, 1, 4, 2, 3];
    expect(percentiles(all)).toEqual(percentiles([1, 2, 3, 4, 5]));
    expect(all).toEqual([5, 1, 4, 2, 3]);
  });

  it("follows the nearest-rank rule", () => {
    const hundred = Array.from({ length: 100 }, (_, i) => i + 1);
    expect(percentiles(hundred)).toEqual({ p50: 50, p95: 95, p99: 99, max: 100, mean: 50.5, samples: 100 });
  });

  it("of nothing is NaN", () => {
    expect(percentiles([])).toEqual({ p50: NaN, p95: NaN, p99: NaN, max: NaN, mean: NaN, samples: 0 });
  });
});

describe("median", () => {
  it.each([
    [[3, 1, 2], 2],
    [[4, 1, 3, 2], 2.5],
    [[7], 7],
    [[], NaN],
  ])("of %j is %f", (all, middle) => expect(median(all)).toBe(middle));

  it("has as many values below as above", () => {
    fc.assert(
      fc.property(values, (all) => {
        const middle = median(all);
        const below = all.filter((each) => each < middle).length;
        const above = all.filter((each) => each > middle).length;
        expect(Math.max(below, above)).toBeLessThanOrEqual(all.length / 2);
      }),
    );
  });
});

describe("spread", () => {
  it("goes from the least run to the greatest, around the median", () => {
    fc.assert(
      fc.property(values, (all) => {
        const { min, median: middle, max, runs } = spread(all);
        expect([min, max, runs]).toEqual([Math.min(...all), Math.max(...all), all.length]);
        expect(middle >= min && middle <= max).toBe(true);
      }),
    );
  });

  it("leaves out runs without a value", () => {
    expect(spread([2, NaN, 4])).toEqual({ median: 3, min: 2, max: 4, runs: 2 });
  });
});

describe("paired ratios", () => {
  it("do not see what slows both runs of a pair alike", () => {
    const slowness = fc.double({ min: 0.1, max: 10, noNaN: true });
    fc.assert(
      fc.property(fc.array(slowness, { minLength: 1, maxLength: 20 }), slowness, (rounds, ratio) => {
        const { min, max } = pairedRatios(
          rounds.map((slow) => slow * ratio),
          rounds,
        );
        expect(min).toBeCloseTo(ratio, 6);
        expect(max).toBeCloseTo(ratio, 6);
      }),
    );
  });

  it("refuse runs without a partner", () => {
    expect(() => pairedRatios([1, 2], [1])).toThrow(RangeError);
  });
});

it("the mean is the mean", () => expect(mean([1, 2, 6])).toBe(3));
