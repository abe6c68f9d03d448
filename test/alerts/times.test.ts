import { describe, expect, it } from "vitest";
import { DaytimeClock, isTimeZone, parseDaytime } from "../../src/alerts/daytime.ts";
import { alertName, alertRuleSchema } from "../../src/alerts/mod.ts";
import { durationText, parseDuration, plainEnglish } from "../../src/protocol/mod.ts";

describe("a duration", () => {
  it.each([
    ["30s", 30_000],
    ["1m", 60_000],
    ["1h30m", 5_400_000],
    ["2 d", 172_800_000],
    ["1.5s", 1500],
    ["250ms", 250],
    ["0s", 0],
    ["1m 30s", 90_000],
  ])("is read: %s", (text, ms) => expect(parseDuration(text)).toBe(ms));

  it.each(["", "30", "s", "-1s", "1 minute", "1y", "s30", "1s,2s", "1e3s"])("is none: %j", (text) =>
    expect(parseDuration(text)).toBeNull(),
  );

  it("is told to people", () => {
    expect([0, 1500, 90_000, 86_400_000 + 60_000].map(durationText)).toEqual([
      "0 s",
      "1.5 s",
      "1 min 30 s",
      "1 d 1 min",
    ]);
  });
});

/** Whether a moment (UTC) lies in times of the day of a zone. */
function contains(between: string, zone: string, utc: string): boolean {
  return new DaytimeClock(parseDaytime(between)!, zone).contains(Date.parse(`${utc}Z`));
}

describe("times of the day", () => {
  it("go by the zone's clocks, over midnight too, and end before their end", () => {
    const night = (utc: string) => contains("22:00-06:00", "Europe/Berlin", utc);
    expect(["2026-01-10T21:00", "2026-01-11T04:59"].map(night)).toEqual([true, true]);
    expect(["2026-01-10T20:59", "2026-01-11T05:00", "2026-01-11T12:00"].map(night)).toEqual(
      Array(3).fill(false),
    );
    // In summer the clocks are an hour ahead.
    expect(["2026-07-10T20:00", "2026-07-10T19:59", "2026-07-11T04:00"].map(night)).toEqual([
      true,
      false,
      false,
    ]);
    expect(contains("08:30-17:00", "Asia/Kolkata", "2026-01-10T03:00")).toBe(true);
    expect(contains("08:30-17:00", "Asia/Kolkata", "2026-01-10T02:59")).toBe(false);
    expect(contains("18:00-24:00", "UTC", "2026-01-10T23:59")).toBe(true);
    expect(contains("18:00-24:00", "UTC", "2026-01-10T00:00")).toBe(false);
  });

  /** Minutes of a UTC day at which a clock of a zone is between two times. */
  const minutes = (between: string, zone: string, day: string) => {
    const clock = new DaytimeClock(parseDaytime(between)!, zone);
    const start = Date.parse(`${day}T00:00Z`) - 12 * 3_600_000;
    return Array.from({ length: 48 * 60 }, (_, i) => clock.contains(start + i * 60_000)).filter(Boolean)
      .length;
  };

  it.each([
    // 29 March 2026: 02:00 becomes 03:00. 25 October: 03:00 becomes 02:00.
    ["Europe/Berlin", "2026-03-29", "2026-10-25"],
    // 8 March and 1 November 2026, in the same way.
    ["America/New_York", "2026-03-08", "2026-11-01"],
  ])("survive both changes of the clocks in %s", (zone, spring, autumn) => {
    // Two nights lie in the 48 hours around noon, of eight hours each.
    expect(minutes("22:00-06:00", zone, "2026-01-14")).toBe(16 * 60);
    expect(minutes("22:00-06:00", zone, spring), "an hour less").toBe(15 * 60);
    expect(minutes("22:00-06:00", zone, autumn), "an hour more").toBe(17 * 60);
    expect(minutes("02:00-03:00", zone, spring), "an hour that is left out, and that of the next day").toBe(
      60,
    );
    const twice = zone === "Europe/Berlin" ? "02:00-03:00" : "01:00-02:00";
    expect(minutes(twice, zone, autumn), "an hour that comes twice, and that of the next day").toBe(180);
  });

  it("know a change by half an hour", () => {
    // Lord Howe Island, 5 April 2026: 02:00 becomes 01:30.
    expect(minutes("01:30-02:00", "Australia/Lord_Howe", "2026-04-05")).toBe(90);
  });

  it.each(["22-06", "22:00", "25:00-26:00", "22:60-06:00", "22:00-22:00", "00:00-24:00", "night"])(
    "are none: %s",
    (text) => expect(parseDaytime(text)).toBeNull(),
  );

  it("have a zone that exists", () => {
    expect(["Europe/Berlin", "UTC", "Europe/Berlinn", "", "x\u0000"].map(isTimeZone)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});

describe("a rule", () => {
  it.each([
    [{ when: "" }, "when", /at least 1 character/],
    [{}, "when", /missing/],
    [{ when: "x", for: 30 }, "for", /must be a text/],
    [{ when: "x", for: "30" }, "for", /with its unit: 30s/],
    [{ when: "x", cooldown: "8d" }, "cooldown", /At most 7d/],
    [{ when: "x", between: "22-6" }, "between", /22:00-06:00/],
    [{ when: "x", between: "22:00-06:00", time_zone: "Berlin" }, "time_zone", /Europe\/Berlin/],
    [{ when: "x", time_zone: "UTC" }, "time_zone", /Give between, too/],
    [{ when: "x", streams: [] }, "streams", /at least 1 entr/],
    [{ when: "x", wen: "y" }, "", /"wen"/],
  ])("is refused with what is wrong: %j", (rule, path, message) => {
    const { error } = alertRuleSchema.safeParse(rule, { error: plainEnglish });
    expect(error?.issues.map((issue) => [issue.path.join("."), issue.message])).toEqual([
      [path, expect.stringMatching(message)],
    ]);
  });

  it("has a name that fits into a path", () => {
    const names = ["somebody-comes", "a.b_c", "1", "", "a/b", ".a", "a b", "x".repeat(65)];
    expect(names.map((name) => alertName.safeParse(name).success)).toEqual([
      ...[true, true, true, false, false, false, false, false],
    ]);
  });
});
