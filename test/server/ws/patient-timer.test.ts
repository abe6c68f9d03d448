import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { PatientTimer } from "../../../src/server/ws/patient-timer.ts";

describe("a patient timer", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => {
    vi.restoreAllMocks();
    vi.useRealTimers();
  });

  function start() {
    const state = { calls: 0 };
    const timer = new PatientTimer(5000, () => state.calls++);
    return Object.assign(state, { timer });
  }

  it("goes off when its time has passed since it was last begun", () => {
    const started = start();
    vi.advanceTimersByTime(4000);
    started.timer.refresh();
    vi.advanceTimersByTime(4999);
    expect(started.calls).toBe(0);
    vi.advanceTimersByTime(1);
    expect(started.calls).toBe(1);
  });

  it("waits once more when the process stood still, and goes off then", () => {
    const started = start();
    const now = performance.now.bind(performance);
    // The clock has gone on by a minute when the timers of this process do.
    vi.spyOn(performance, "now").mockImplementation(() => now() + 60_000);
    vi.advanceTimersByTime(5000);
    expect(started.calls).toBe(0);
    vi.advanceTimersByTime(5000);
    expect(started.calls).toBe(1);
  });

  it("does not go off after it was stopped", () => {
    const started = start();
    started.timer.stop();
    started.timer.refresh();
    vi.advanceTimersByTime(60_000);
    expect(started.calls).toBe(0);
  });
});
