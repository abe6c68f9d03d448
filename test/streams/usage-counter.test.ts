import { describe, expect, it } from "vitest";
import { UsageCounter } from "../../src/streams/usage-counter.ts";

describe("what thinking costs", () => {
  it("is not known of prompts until a backend counts them", () => {
    const counter = new UsageCounter(30_000, 100);
    counter.add(0, 10, null);
    counter.add(0, 0, { prefilled: 0, cached: null });
    expect(counter.rates(10_000)).toEqual({
      prefilled_per_minute: null,
      cached_per_minute: null,
      generated_per_minute: 60,
    });
  });

  it("is told as tokens a minute over the window", () => {
    const counter = new UsageCounter(30_000, 100);
    counter.add(0, 1, { prefilled: 500, cached: null });
    expect(counter.rates(1000)).toMatchObject({ prefilled_per_minute: 30_000, cached_per_minute: null });
    for (let second = 1; second <= 60; second++) counter.add(1000 * second, 2, { prefilled: 10, cached: 90 });
    const { prefilled_per_minute, cached_per_minute, generated_per_minute } = counter.rates(60_000);
    expect(cached_per_minute! / prefilled_per_minute!).toBeCloseTo(9);
    expect(generated_per_minute).toBeCloseTo(2 * 62, -1);
  });
});
