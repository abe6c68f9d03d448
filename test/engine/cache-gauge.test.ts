import { describe, expect, it } from "vitest";
import { CacheGauge } from "../../src/engine/cache-gauge.ts";

const seen = (unit: number, heldUnits: number | null) =>
  ({
    type: "seen",
    ...{ unit, still: false, scene: null, startedAtMs: 0, finishedAtMs: 1 },
    ...{ heldUnits, windowUnits: 4, evictedUnits: 0 },
  }) as const;

describe("the gauge of a stream's caches", () => {
  it("counts the units that stay as they come, and says nothing of what is not known", () => {
    const gauge = new CacheGauge({ sinkUnits: 2, windowTokens: 64 });
    expect(gauge.caches).toEqual({ visual: null, text: null });
    const sinks = [0, 1, 2].map((unit) => {
      gauge.seen(seen(unit, Math.max(0, unit - 1)));
      return gauge.caches.visual?.sinkUnits;
    });
    expect(sinks).toEqual([1, 2, 2]);
    expect(gauge.caches.visual).toEqual({ sinkUnits: 2, windowUnits: 4, heldUnits: 1, evictedUnits: 0 });
    gauge.unitDone({ type: "unit.done", unit: 0, heldTokens: 9, evictedTokens: 3 });
    expect(gauge.caches.text).toEqual({ windowTokens: 64, heldTokens: 9, evictedTokens: 3 });
    gauge.unitDone({ type: "unit.done", unit: 1, heldTokens: null, evictedTokens: 3 });
    gauge.seen(seen(3, null));
    expect(gauge.caches).toEqual({ visual: null, text: null });
  });
});
