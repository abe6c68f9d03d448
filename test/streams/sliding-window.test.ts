import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SlidingWindow } from "../../src/streams/sliding-window.ts";

describe("a sliding window", () => {
  it("has no percentiles and no rate while it is empty", () => {
    const window = new SlidingWindow(1000, 10);
    expect(window.percentiles(5)).toEqual({ p50: null, p95: null, p99: null, samples: 0 });
    expect(window.perSecond(5)).toBe(0);
  });

  it("forgets what is older than its span", () => {
    const window = new SlidingWindow(1000, 10);
    window.add(0, 500);
    window.add(900, 10);
    expect(window.percentiles(1000)).toMatchObject({ p50: 10, p99: 500, samples: 2 });
    expect(window.percentiles(1500)).toMatchObject({ p50: 10, p99: 10, samples: 1 });
    expect(window.percentiles(2500).samples).toBe(0);
  });

  it("gives exact nearest-rank percentiles of the newest samples", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 60 }),
        (values) => {
          const window = new SlidingWindow(1e9, 20);
          values.forEach((value, index) => {
            window.add(index, value);
          });
          const kept = values.slice(-20).sort((a, b) => a - b);
          const { p50, p99, samples } = window.percentiles(values.length);
          expect(samples).toBe(kept.length);
          expect(p50).toBe(kept[Math.ceil(kept.length / 2) - 1]);
          expect(p99).toBe(kept[kept.length - 1]);
        },
      ),
    );
  });

  it("gives a rate over the time that there has been, then over its span", () => {
    const window = new SlidingWindow(1000, 100);
    for (let atMs = 0; atMs < 5000; atMs += 100) {
      window.add(atMs, 1);
      if (atMs === 500) expect(window.perSecond(500)).toBeCloseTo(12, 5);
    }
    expect(window.perSecond(4900)).toBeCloseTo(11, 0);
  });
});
