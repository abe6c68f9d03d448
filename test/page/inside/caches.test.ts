import { describe, expect, it } from "vitest";
import { cellsOf } from "../../../client/src/inside/cache-cells.ts";
import { CacheState } from "../../../client/src/inside/cache-state.ts";
import { Evictions } from "../../../client/src/inside/evictions.ts";
import type { ServerEvent, SessionStats } from "../../../src/protocol/server-events.ts";

describe("the cells of a cache", () => {
  it("are one for each entry where they fit, as many as the window can hold", () => {
    expect(cellsOf({ sink: 1, held: 20, window: 32, justLeft: 2 })).toEqual({
      ...{ perCell: 1, sink: 1, justLeft: 2, held: 20, free: 12 },
    });
  });

  it("stand for several entries of a large window, and show the smallest rest of them", () => {
    for (const window of [49, 256, 1000, 4096]) {
      const { perCell, held, free } = cellsOf({ sink: null, held: 1, window, justLeft: 0 });
      expect(held + free).toBe(Math.ceil(window / perCell));
      expect(held + free).toBeLessThanOrEqual(48);
      expect(held + free).toBeGreaterThan(24);
      expect(held).toBe(1);
    }
  });

  it("show a window that is over its measure for a moment, without free places", () => {
    const { held, free } = cellsOf({ sink: null, held: 280, window: 256, justLeft: 0 });
    expect([held, free]).toEqual([35, 0]);
  });

  it("show few of those that left at once", () => {
    expect(cellsOf({ sink: 0, held: 32, window: 32, justLeft: 500 }).justLeft).toBeLessThan(8);
  });
});

describe("what has just left", () => {
  it("is what was counted within the last two seconds", () => {
    const evictions = new Evictions();
    const counts = [0, 500, 1000, 1500, 2000, 2500, 3000].map((atMs, at) => evictions.hear(atMs, at));
    expect(counts).toEqual([0, 1, 2, 3, 4, 4, 4]);
    expect(evictions.hear(9000, 6)).toBe(0);
  });

  it("is nothing at first, whatever has left before, and nothing of a stream that has begun anew", () => {
    const evictions = new Evictions();
    expect(evictions.hear(60_000, 70)).toBe(0);
    expect(evictions.hear(60_500, 71)).toBe(1);
    expect(evictions.hear(61_000, 3)).toBe(0);
    expect(evictions.hear(200, 5)).toBe(0);
  });
});

describe("the state of both caches", () => {
  const visual = { sink_units: 1, window_units: 32, held_units: 31, evicted_units: 8 };
  const stats = (caches: SessionStats["caches"], units = 40) =>
    ({
      type: "session.stats",
      stats: { uptime_ms: 1, units, thoughts: 3, skips: 37, caches },
    }) as ServerEvent;
  const told = (...events: readonly ServerEvent[]) => {
    const state = new CacheState();
    for (const event of events) state.hear(event);
    return state.now.value;
  };

  it("is what the figures say", () => {
    const text = { window_tokens: 256, held_tokens: 80, evicted_tokens: 0 };
    expect(told(stats({ visual, text }))).toEqual({
      visual: { sink: 1, held: 31, window: 32, evicted: 8, justLeft: 0 },
      text: { sink: null, held: 80, window: 256, evicted: 0, justLeft: 0 },
    });
  });

  it("is unknown where a model does not tell, but not before something has come", () => {
    expect(told(stats({ visual, text: null })).text).toBe("unknown");
    expect(told(stats(null))).toEqual({ visual: "unknown", text: "unknown" });
    expect(told(stats(null, 0)).visual).toBe(null);
    expect(told(stats({ visual, text: null }), { type: "session.created" } as ServerEvent).visual).toBe(null);
  });
});
