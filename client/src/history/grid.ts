import type { HistoryCounts, HistoryEntry, HistoryPeak, HistorySummary } from "../../lib/mod.ts";
import type { Hour } from "./day.ts";

/** A stream in an hour. */
export interface Cell extends HistoryCounts {
  readonly hour: Hour;
  /** How much was thought, from 0 (nothing) to 4 (the most of this day). */
  readonly level: number;
  /** For how much of it the server recorded nothing at all (ms). */
  readonly silentMs: number;
  /** It has not begun. */
  readonly isFuture: boolean;
}

/** A stream over a day. */
export interface Row extends HistoryCounts {
  readonly stream: string;
  readonly cells: readonly Cell[];
}

/** A time in which the server recorded nothing (ms since 1970). */
export interface Silence {
  readonly fromMs: number;
  readonly toMs: number;
}

const NONE: HistoryCounts = { thoughts: 0, answers: 0, alerts: 0, gaps: 0 };
const NAMES = Object.keys(NONE) as (keyof HistoryCounts)[];
const LEVELS = 4;

/**
 * A day by hour and stream.
 *
 * @param cameras have a row, also when nothing is kept of them
 */
export function gridOf(
  { data }: Pick<HistorySummary, "data">,
  cameras: readonly string[],
  hours: readonly Hour[],
  silences: readonly Silence[],
  nowMs: number,
): Row[] {
  const others = new Set(data.flatMap(({ streams }) => Object.keys(streams)));
  for (const camera of cameras) others.delete(camera);
  const counted = [...[...cameras].sort(), ...[...others].sort()].map((stream) => {
    const counts = hours.map(() => ({ ...NONE }));
    for (const { start, streams } of data) {
      // In which of the hours, also where the server has it begin a little before.
      const at = hours.findLastIndex(({ startMs }) => startMs <= Date.parse(start));
      const [into, found] = [counts[Math.max(0, at)], streams[stream]];
      if (into && found) for (const name of NAMES) into[name] += found[name];
    }
    return { stream, counts };
  });
  const most = Math.max(1, ...counted.flatMap(({ counts }) => counts.map(({ thoughts }) => thoughts)));
  return counted.map(({ stream, counts }) => {
    const total = { ...NONE };
    for (const each of counts) for (const name of NAMES) total[name] += each[name];
    const cells = hours.map((hour, i): Cell => {
      const own = counts[i]!;
      const level = Math.ceil(LEVELS * Math.sqrt(own.thoughts / most));
      const silentMs = silences.reduce((sum, silence) => sum + overlapMs(hour, silence), 0);
      return { hour, ...own, level, silentMs, isFuture: hour.startMs > nowMs };
    });
    return { stream, ...total, cells };
  });
}

function overlapMs({ startMs, endMs }: Hour, { fromMs, toMs }: Silence): number {
  return Math.max(0, Math.min(endMs, toMs) - Math.max(startMs, fromMs));
}

/** The times in which the server recorded nothing, of the entries that tell of gaps. Those of a single stream are counted. */
export function silencesIn(entries: readonly HistoryEntry[]): Silence[] {
  return entries.flatMap(({ event }) =>
    event.type === "history.gap" ? [{ fromMs: Date.parse(event.from), toMs: Date.parse(event.to) }] : [],
  );
}

/** The stream and the hour in which there was the most of something; null: there was none. */
export function peakOf(
  { streams }: Pick<HistorySummary, "streams">,
  what: "thoughts" | "alerts",
): (HistoryPeak & { readonly stream: string }) | null {
  let most: (HistoryPeak & { readonly stream: string }) | null = null;
  for (const { stream, peaks } of streams) {
    const peak = peaks[what];
    if (peak !== null && peak.count > (most?.count ?? 0)) most = { stream, ...peak };
  }
  return most;
}
