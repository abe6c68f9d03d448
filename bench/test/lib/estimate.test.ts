import { describe, expect, it } from "vitest";
import { estimate, weightedQuantile } from "../../lib/estimate.ts";
import { estimateText } from "../../lib/number-text.ts";
import { randomNumbers } from "../../lib/statistics.ts";

const meanOf = (values: readonly number[]) => (weights: readonly number[]) =>
  values.reduce((sum, value, i) => sum + value * weights[i]!, 0) /
  weights.reduce((sum, weight) => sum + weight, 0);

describe("an estimate", () => {
  const values = Array.from({ length: 100 }, (_, i) => i % 2);

  it("has the interval that theory gives a mean, the same each time", () => {
    const one = estimate(100, meanOf(values));
    expect(one.value).toBe(0.5);
    // ± 1.96 · 0.5 / √100
    expect(one.low).toBeCloseTo(0.402, 1);
    expect(one.high).toBeCloseTo(0.598, 1);
    expect(estimate(100, meanOf(values))).toEqual(one);
  });

  it("of one clip, or with no rounds, has none; draws without a value are left out", () => {
    expect(estimate(1, () => 1)).toEqual({ value: 1, low: NaN, high: NaN });
    expect(estimate(9, () => 1, 0)).toEqual({ value: 1, low: NaN, high: NaN });
    const sometimes = estimate(3, ([first]) => (first === 0 ? Number.NaN : 2));
    expect(sometimes).toEqual({ value: 2, low: 2, high: 2 });
  });

  it("is said with its interval", () => {
    expect(estimateText({ value: 0.8123, low: 0.79, high: 0.8301 })).toBe("0.812 (0.790–0.830)");
    expect(estimateText({ value: 0.5, low: NaN, high: NaN })).toBe("0.500");
    expect(estimateText({ value: NaN, low: NaN, high: NaN })).toBe("–");
  });
});

describe("a weighted quantile", () => {
  const sorted = [1, 2, 3, 4].map((value, clip) => ({ value, clip }));

  it("is the nearest rank, each value as often as its clip counts", () => {
    expect(weightedQuantile(sorted, [1, 1, 1, 1], 0.5)).toBe(2);
    expect(weightedQuantile(sorted, [1, 1, 1, 1], 0.9)).toBe(4);
    expect(weightedQuantile(sorted, [0, 0, 3, 1], 0.5)).toBe(3);
    expect(weightedQuantile([], [1], 0.5)).toBeNaN();
  });
});

describe("random numbers", () => {
  it("are even from 0 to 1 and only depend on the seed", () => {
    const random = randomNumbers(1);
    const drawn = Array.from({ length: 1000 }, random);
    expect(Math.min(...drawn)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...drawn)).toBeLessThan(1);
    expect(drawn.reduce((sum, one) => sum + one, 0) / 1000).toBeCloseTo(0.5, 1);
    expect(randomNumbers(1)()).toBe(drawn[0]);
    expect(randomNumbers(2)()).not.toBe(drawn[0]);
  });
});
