import { afterEach, describe, expect, it, vi } from "vitest";
import { dayOf, hoursOf, readDay, shifted, startOf } from "../../../client/src/history/day.ts";

afterEach(() => vi.unstubAllEnvs());

const HOUR = 3_600_000;
const labels = (day: string) => hoursOf(day).map(({ label }) => label);

describe("a day of the visitor's calendar", () => {
  it("has 24 hours, 23 when clocks go forward, and 25 when they go back", () => {
    vi.stubEnv("TZ", "Europe/Berlin");
    expect(labels("2026-11-28")).toHaveLength(24);
    const spring = hoursOf("2026-03-29");
    expect(spring).toHaveLength(23);
    expect(spring.slice(0, 4).map(({ label }) => label)).toEqual(["00", "01", "03", "04"]);
    const autumn = hoursOf("2026-10-25");
    expect(autumn).toHaveLength(25);
    expect(autumn.slice(0, 5).map(({ label }) => label)).toEqual(["00", "01", "02", "02", "03"]);
    for (const hours of [spring, autumn])
      for (const [i, { startMs, endMs }] of hours.entries()) {
        expect(endMs - startMs).toBe(HOUR);
        expect(hours[i + 1]?.startMs ?? endMs).toBe(endMs);
      }
    expect(autumn.at(-1)!.endMs).toBe(startOf("2026-10-26"));
  });

  it("begins its hours at full hours of the clock, also where it shifts by half an hour", () => {
    vi.stubEnv("TZ", "Australia/Lord_Howe");
    const hours = hoursOf("2026-10-04");
    expect(hours.reduce((sum, { startMs, endMs }) => sum + endMs - startMs, 0)).toBe(23.5 * HOUR);
    expect(new Set(hours.map(({ label }) => label)).size).toBe(24);
    expect(hours.at(-1)!.endMs).toBe(startOf("2026-10-05"));
  });

  it("is followed by the next one, and is read of an address", () => {
    vi.stubEnv("TZ", "Europe/Berlin");
    expect(shifted("2026-02-28", 1)).toBe("2026-03-01");
    expect(shifted("2026-10-26", -1)).toBe("2026-10-25");
    expect(dayOf(Date.parse("2026-11-27T23:30:00Z"))).toBe("2026-11-28");
    expect(readDay("2026-11-28")).toBe("2026-11-28");
    for (const wrong of ["2026-02-30", "2026-13-01", "28.11.2026", "", null])
      expect(readDay(wrong)).toBe(null);
  });
});
