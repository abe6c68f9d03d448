import { describe, expect, it } from "vitest";
import { parseWhen } from "../../src/history/when.ts";
import { ZoneTime } from "../../src/history/zone-time.ts";
import { historyPath, kept, openStore, writeAll } from "../support/history.ts";

const at = (iso: string) => Date.parse(iso);
const iso = (ms: number) => new Date(ms).toISOString();

describe("a summary", () => {
  it("counts by hour and day as people there have them, with the busiest", async () => {
    const store = await openStore(await historyPath());
    const many = (
      stream: string,
      time: string,
      count: number,
      type: "thought" | "alert" | "answer" = "thought",
    ) => Array.from({ length: count }, (_, i) => kept(stream, i, "x", { wallMs: at(time) + i, type }));
    writeAll(store, [
      ...many("door", "2026-07-01T21:59:00Z", 3),
      ...many("door", "2026-07-01T22:01:00Z", 5),
      ...many("yard", "2026-07-01T22:30:00Z", 2, "alert"),
      ...many("door", "2026-07-02T10:00:00Z", 1, "answer"),
      kept(null, 0, "Nothing was recorded", { wallMs: at("2026-07-02T10:00:00Z"), type: "gap" }),
    ]);
    const wish = { by: "day", fromMs: at("2026-07-01T12:00:00Z"), toMs: at("2026-07-03T00:00:00Z") } as const;
    const berlin = store.summary({ ...wish, zone: "Europe/Berlin", streams: null });
    expect(berlin.intervals.map(({ startMs, total }) => [iso(startMs), total])).toEqual([
      ["2026-06-30T22:00:00.000Z", { thoughts: 3, answers: 0, alerts: 0, gaps: 0 }],
      ["2026-07-01T22:00:00.000Z", { thoughts: 5, answers: 1, alerts: 2, gaps: 0 }],
    ]);
    expect(berlin.intervals[1]!.streams.yard).toEqual({ thoughts: 0, answers: 0, alerts: 2, gaps: 0 });
    expect(berlin.streams).toMatchObject([
      {
        stream: "door",
        total: { thoughts: 8 },
        mostThoughts: { count: 5, startMs: at("2026-07-01T22:00:00Z") },
      },
      { stream: "yard", mostThoughts: null, mostAlerts: { count: 2 } },
    ]);
    const kathmandu = store.summary({ ...wish, by: "hour", zone: "Asia/Kathmandu", streams: ["door"] });
    expect(kathmandu.intervals.map(({ startMs, total }) => [iso(startMs), total.thoughts])).toEqual([
      ["2026-07-01T21:15:00.000Z", 8],
      ["2026-07-02T09:15:00.000Z", 0],
    ]);
  });
});

describe("hours and days of a time zone", () => {
  it("are right on the days on which clocks are changed", () => {
    const berlin = new ZoneTime("Europe/Berlin");
    const day = (time: string) => iso(berlin.beginningOf("day", at(time)));
    expect([day("2026-03-29T00:30:00Z"), day("2026-03-29T21:59:00Z")]).toEqual([
      "2026-03-28T23:00:00.000Z",
      "2026-03-28T23:00:00.000Z",
    ]);
    expect([day("2026-10-25T22:59:00Z"), day("2026-10-25T23:00:00Z")]).toEqual([
      "2026-10-24T22:00:00.000Z",
      "2026-10-25T23:00:00.000Z",
    ]);
    // The hour from two to three comes twice, and these are two.
    const hour = (time: string) => iso(berlin.beginningOf("hour", at(time)));
    expect([hour("2026-10-25T00:30:00Z"), hour("2026-10-25T01:30:00Z")]).toEqual([
      "2026-10-25T00:00:00.000Z",
      "2026-10-25T01:00:00.000Z",
    ]);
    expect(() => new ZoneTime("Mars/Olympus")).toThrow(RangeError);
  });
});

describe("a time that a user writes", () => {
  it("is a date, a date with a time, a while ago, or milliseconds", () => {
    const now = at("2026-11-28T12:00:00Z");
    expect(parseWhen("2026-11-28T07:30:00Z", now)).toBe(at("2026-11-28T07:30:00Z"));
    expect(parseWhen("2026-11-28 07:30+02:00", now)).toBe(at("2026-11-28T05:30:00Z"));
    expect(parseWhen("2026-11-28", now)).toBe(new Date(2026, 10, 28).getTime());
    expect(parseWhen("2026-11-28 07:30", now)).toBe(new Date(2026, 10, 28, 7, 30).getTime());
    expect([parseWhen("90m", now), parseWhen("24h", now), parseWhen("7d", now)]).toEqual([
      at("2026-11-28T10:30:00Z"),
      at("2026-11-27T12:00:00Z"),
      at("2026-11-21T12:00:00Z"),
    ]);
    expect(parseWhen("1790000000000")).toBe(1_790_000_000_000);
    for (const wrong of ["", "yesterday", "2026-02-31", "2026-13-01", "25:00", "7", "2026-11-28T25:00:00Z"])
      expect(parseWhen(wrong, now), wrong).toBeNull();
  });
});
