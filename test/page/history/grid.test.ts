import { afterEach, describe, expect, it, vi } from "vitest";
import type { HistoryCounts, HistoryEntry, HistoryInterval } from "../../../client/lib/mod.ts";
import { hoursOf } from "../../../client/src/history/day.ts";
import { gridOf, peakOf, silencesIn } from "../../../client/src/history/grid.ts";

afterEach(() => vi.unstubAllEnvs());

const counts = (more: Partial<HistoryCounts> = {}): HistoryCounts => ({
  ...{ thoughts: 0, answers: 0, alerts: 0, gaps: 0 },
  ...more,
});
const interval = (start: string, streams: Record<string, HistoryCounts>): HistoryInterval => ({
  ...{ start, streams },
  ...counts(),
});

describe("a day by hour and stream", () => {
  it("has a row for every camera, and tells both hours of one name apart when clocks go back", () => {
    vi.stubEnv("TZ", "Europe/Berlin");
    const hours = hoursOf("2026-10-25");
    const data = [
      interval("2026-10-25T00:00:00.000Z", { street: counts({ thoughts: 4 }) }),
      interval("2026-10-25T01:00:00.000Z", {
        street: counts({ thoughts: 16, alerts: 1 }),
        session_0: counts({ thoughts: 1 }),
      }),
    ];
    const now = Date.parse("2026-10-25T12:30:00Z");
    const rows = gridOf({ data }, ["yard", "street"], hours, [], now);
    expect(rows.map(({ stream }) => stream)).toEqual(["street", "yard", "session_0"]);
    const [street, yard] = rows;
    expect(street!.cells.slice(1, 5).map(({ hour, thoughts }) => [hour.label, thoughts])).toEqual([
      ...([
        ["01", 0],
        ["02", 4],
        ["02", 16],
        ["03", 0],
      ] as const),
    ]);
    expect(street!.cells.slice(1, 5).map(({ level }) => level)).toEqual([0, 2, 4, 0]);
    expect(street).toMatchObject({ thoughts: 20, alerts: 1 });
    expect(yard!.cells.every(({ level, thoughts }) => level === 0 && thoughts === 0)).toBe(true);
    expect(street!.cells.filter(({ isFuture }) => isFuture)).toHaveLength(10);
  });

  it("tells for how long of each hour nothing was recorded", () => {
    vi.stubEnv("TZ", "UTC");
    const told = (from: string, to: string) =>
      ({ type: "gap", event: { type: "history.gap", from, to, message: "" } }) as unknown as HistoryEntry;
    const silences = silencesIn([
      told("2026-11-28T01:50:00Z", "2026-11-28T03:15:00Z"),
      { type: "gap", event: { type: "input.gap" } } as unknown as HistoryEntry,
    ]);
    const [row] = gridOf({ data: [] }, ["door"], hoursOf("2026-11-28"), silences, Date.parse("2026-11-29"));
    const minutes = row!.cells.map(({ silentMs }) => silentMs / 60_000);
    expect(minutes.slice(0, 5)).toEqual([0, 10, 60, 15, 0]);
  });

  it("says on which stream and when there was the most", () => {
    const peak = (count: number) => ({ start: `2026-11-28T0${count}:00:00Z`, count });
    const streams = [
      { stream: "door", ...counts(), peaks: { thoughts: peak(3), alerts: null } },
      { stream: "yard", ...counts(), peaks: { thoughts: peak(7), alerts: null } },
    ];
    expect(peakOf({ streams }, "thoughts")).toEqual({ stream: "yard", ...peak(7) });
    expect(peakOf({ streams }, "alerts")).toBe(null);
  });
});
