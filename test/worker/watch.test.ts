import { setTimeout as after } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Watch, type WatchOptions } from "../../src/worker/mod.ts";

function watching(options: Partial<WatchOptions> = {}) {
  const seen = { pings: 0, silent: [] as number[] };
  const watch = new Watch({
    ping: () => void seen.pings++,
    hangMs: 1000,
    onSilence: (silentMs) => seen.silent.push(silentMs),
    ...options,
  });
  return { watch, seen };
}

/** Lets time go by, and has the watch answered so long after each ping (ms). */
function answering(watch: Watch, seen: { readonly pings: number }, afterMs: number, forMs: number): void {
  let known = seen.pings - 1;
  let askedFor = 0;
  for (let ms = 0; ms < forMs; ms += 50) {
    vi.advanceTimersByTime(50);
    if (seen.pings === known) continue;
    askedFor += 50;
    if (askedFor < afterMs) continue;
    [known, askedFor] = [seen.pings, 0];
    watch.answered();
  }
}

describe("a watch", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("says nothing as long as it is answered, and asks again and again", () => {
    const { watch, seen } = watching();
    answering(watch, seen, 200, 60_000);
    expect(seen.silent).toEqual([]);
    expect(seen.pings).toBeGreaterThan(100);
  });

  it("tells silence once, when it has lasted for the time that was allowed", () => {
    const { watch, seen } = watching();
    watch.answered();
    vi.advanceTimersByTime(900);
    expect(seen.silent).toEqual([]);
    vi.advanceTimersByTime(60_000);
    expect(seen.silent).toEqual([1000]);
  });

  it("asks for one answer at a time", () => {
    const { seen } = watching();
    vi.advanceTimersByTime(900);
    expect(seen.pings).toBe(1);
  });

  it("allows five times as long for a start, and forgets how long that took", () => {
    const { watch, seen } = watching({ slowestTimes: 20 });
    vi.advanceTimersByTime(4900);
    expect(seen.silent).toEqual([]);
    watch.started();
    watch.answered();
    vi.advanceTimersByTime(1100);
    expect(seen.silent).toEqual([1000]);
    const other = watching();
    vi.advanceTimersByTime(5000);
    expect(other.seen.silent).toEqual([5000]);
  });

  it("allows a multiple of what was slowest so far, or of what is known of it", () => {
    const slow = watching({ slowestTimes: 20 });
    slow.watch.answered();
    answering(slow.watch, slow.seen, 200, 2000);
    slow.watch.answered();
    const known = watching({ slowestTimes: 20 });
    known.watch.started(200);
    vi.advanceTimersByTime(3000);
    expect([slow.seen.silent, known.seen.silent]).toEqual([[], []]);
    vi.advanceTimersByTime(3000);
    expect([slow.seen.silent.length, known.seen.silent.length]).toEqual([1, 1]);
  });

  it("is quiet once it is closed", () => {
    const { watch, seen } = watching();
    watch.close();
    vi.advanceTimersByTime(60_000);
    expect([seen.pings, seen.silent]).toEqual([1, []]);
  });
});

it("a watch counts no time in which its own thread stood still", async () => {
  const { watch, seen } = watching({ hangMs: 200 });
  watch.started();
  for (const until = performance.now() + 600; performance.now() < until; );
  await after(20);
  watch.answered();
  expect(seen.silent).toEqual([]);
  watch.close();
});
