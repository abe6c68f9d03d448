import { describe, expect, it } from "vitest";
import { LiveTime } from "../../src/ingest/live-time.ts";

const CLOCK = 1_700_000_000_000;

describe("the time of a live source", () => {
  it("is that at which its frames were read, though the first ones come out together", () => {
    const time = new LiveTime();
    const told = [0, 250, 500, 750, 1000].map((read, i) =>
      time.mediaTimeMs(CLOCK + read, 5000 + 1100 + 2 * i),
    );
    expect(told).toEqual([0, 250, 500, 750, 1000]);
  });

  it("is that of the pipe where ffmpeg does not say", () => {
    const time = new LiveTime();
    expect([5000, 5250, 5600].map((received) => time.mediaTimeMs(null, received))).toEqual([0, 250, 600]);
  });

  it.each([3_600_000, -3_600_000])("goes on when the machine's clock is set by %i ms", (step) => {
    const time = new LiveTime();
    const told = Array.from({ length: 20 }, (_, i) =>
      time.mediaTimeMs(CLOCK + 250 * i + (i < 10 ? 0 : step), 5000 + 250 * i),
    );
    expect(told).toEqual(Array.from({ length: 20 }, (_, i) => 250 * i));
  });

  it("counts from a given moment, though its first frame waited for a second", () => {
    const now = performance.now();
    const time = new LiveTime(now - 60_000);
    const read = Date.now() - 1000;
    const told = [0, 250].map((later) => time.mediaTimeMs(read + later, now + later));
    expect(told[0]).toBeGreaterThan(58_900);
    expect(told[0]).toBeLessThan(59_010);
    expect(told[1]! - told[0]!).toBe(250);
  });

  it("never goes back", () => {
    const time = new LiveTime();
    const told = [0, 400, 300, 500].map((read) => time.mediaTimeMs(CLOCK + read, 5000 + read));
    expect(told).toEqual([0, 400, 400, 500]);
  });
});
