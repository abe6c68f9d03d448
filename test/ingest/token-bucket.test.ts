import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TokenBucket } from "../../src/ingest/mod.ts";

describe("TokenBucket", () => {
  it("lets a burst through, then one a period", () => {
    const bucket = new TokenBucket({ perSecond: 10, most: 2 });
    const taken = [0, 0, 0, 0, 50, 100, 110, 200].filter((atMs) => {
      if (bucket.waitMs(atMs) > 0) return false;
      bucket.spend(1, atMs);
      return true;
    });
    // The third leaves a debt of one.
    expect(taken).toEqual([0, 0, 0, 100, 200]);
  });

  it("takes a cost that is larger than it is, and waits for as long as that takes", () => {
    const bucket = new TokenBucket({ perSecond: 10, most: 5, start: 0 });
    expect(bucket.waitMs(1000)).toBe(0);
    bucket.spend(40, 1000);
    expect(bucket.waitMs(1000)).toBe(4000);
    expect(bucket.waitMs(4999)).toBeCloseTo(1);
    expect(bucket.waitMs(5000)).toBe(0);
    expect(bucket.share(60_000)).toBe(1);
  });

  it("says how long it takes until a reserve is left", () => {
    const bucket = new TokenBucket({ perSecond: 10, most: 20 });
    expect(bucket.waitMs(0, 0.5)).toBe(0);
    bucket.spend(15, 0);
    expect([bucket.waitMs(0), bucket.waitMs(0, 0.5), bucket.waitMs(500, 0.5)]).toEqual([0, 500, 0]);
  });

  it("never lets through more than its rate, its burst and one cost", () => {
    const costs = fc.array(
      fc.tuple(fc.double({ min: 0, max: 500, noNaN: true }), fc.integer({ min: 1, max: 9 })),
    );
    fc.assert(
      fc.property(costs, (arrivals) => {
        const bucket = new TokenBucket({ perSecond: 20, most: 10 });
        let [nowMs, spent] = [0, 0];
        for (const [laterMs, cost] of arrivals) {
          nowMs += laterMs;
          if (bucket.waitMs(nowMs) > 0) continue;
          bucket.spend(cost, nowMs);
          spent += cost;
        }
        expect(spent).toBeLessThanOrEqual(10 + (20 * nowMs) / 1000 + 9 + 1e-6);
      }),
    );
  });
});
