import { describe, expect, it } from "vitest";
import type { RawFrame } from "../../src/ingest/ffmpeg-process.ts";
import { LiveTime } from "../../src/ingest/live-time.ts";
import { ReadClock } from "../../src/ingest/read-clock.ts";
import { settledFrames } from "../../src/ingest/settled-frames.ts";

/** A machine whose clock can be set. Its monotonic clock begins at 5000. */
class Machine {
  nowMs = 5000;
  private aheadMs = 1_700_000_000_000;
  readonly clock = new ReadClock({ machine: () => this.time, monotonic: () => this.nowMs });

  get time(): number {
    return Math.floor(this.nowMs + this.aheadMs);
  }

  set(stepMs: number): void {
    this.aheadMs += stepMs;
  }

  /** A frame is read now, and told of later (ms). Meanwhile the clock may be set. */
  read(waitMs = 0, stepMs = 0): number {
    const readAt = this.time;
    this.set(stepMs);
    this.nowMs += waitMs;
    return this.clock.monotonicMs(readAt);
  }
}

const STEPS_MS = [3_600_000, -3_600_000, 3000, -3000, 300, -300];

describe("a time of the machine's clock", () => {
  it("is when it was, though it is told later", () => {
    const machine = new Machine();
    expect(machine.read()).toBe(5000);
    expect(machine.read(1100)).toBe(5000);
    expect(machine.read(30_000)).toBe(6100);
  });

  it.each(STEPS_MS)("is the same when the clock was set by %i ms before", (stepMs) => {
    const machine = new Machine();
    machine.set(stepMs);
    expect([machine.read(20), machine.read(20)]).toEqual([5000, 5020]);
  });

  it.each(STEPS_MS)("is the same when the clock is set by %i ms before it is told", (stepMs) => {
    const machine = new Machine();
    expect([machine.read(20, stepMs), machine.read(20)]).toEqual([5000, 5020]);
  });

  it("follows a clock that is slewed", () => {
    const machine = new Machine();
    for (let second = 0; second < 600; second++) {
      machine.set(0.5);
      expect(Math.abs(machine.read(1000) - (5000 + 1000 * second))).toBeLessThanOrEqual(2);
    }
  });

  it("counts as now where it makes no sense", () => {
    const machine = new Machine();
    expect(machine.clock.monotonicMs(machine.time + 5000)).toBe(5000);
    expect(machine.clock.monotonicMs(machine.time - 500_000)).toBe(5000);
  });
});

it.each(STEPS_MS)(
  "a camera loses no frame and no time when the clock is set by %i ms and back",
  async (stepMs) => {
    const machine = new Machine();
    let count = 0;
    const read = async (): Promise<RawFrame | null> => {
      if (count === 40) return null;
      if (++count === 20) machine.set(stepMs);
      if (count === 30) machine.set(-stepMs);
      machine.nowMs += 230;
      return { bytes: new Uint8Array(0), readAtMs: machine.read(20), isWhole: true };
    };
    const time = new LiveTime();
    const told: number[] = [];
    for await (const { readAtMs } of settledFrames(read))
      told.push(time.mediaTimeMs(readAtMs, machine.nowMs));
    expect(told).toEqual(Array.from({ length: 40 }, (_, i) => 250 * i));
  },
);
