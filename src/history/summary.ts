import type { EntryType } from "./entry.ts";
import { QUARTER_MS } from "./migrations.ts";
import type { SqlDatabase, SqlRow } from "./sqlite.ts";
import { type TimeUnit, ZoneTime } from "./zone-time.ts";

/** What is to be summed up. */
export interface SummaryWish {
  readonly by: TimeUnit;
  /** Such as `Europe/Berlin`: where hours and days begin. */
  readonly zone: string;
  /** From the hour or day in which this lies, to the quarter of an hour in which that lies (ms since 1970). */
  readonly fromMs: number;
  readonly toMs: number;
  /** Null: all. */
  readonly streams: readonly string[] | null;
}

/** How many there are of each. */
export type Counts = Readonly<Record<(typeof SUMMED)[number], number>>;

/** An hour or a day in which something was recorded. */
export interface Interval {
  readonly startMs: number;
  readonly total: Counts;
  readonly streams: Readonly<Record<string, Counts>>;
}

/** A stream, over all of the time. */
export interface StreamSum {
  readonly stream: string;
  readonly total: Counts;
  /** When it had the most thoughts, and the most alerts; null: it had none. */
  readonly mostThoughts: Peak | null;
  readonly mostAlerts: Peak | null;
}

export interface Peak {
  readonly startMs: number;
  readonly count: number;
}

export interface Summary {
  readonly fromMs: number;
  readonly intervals: readonly Interval[];
  readonly streams: readonly StreamSum[];
}

/** Types that are counted, under the names that they have in a summary. */
const SUMMED = ["thoughts", "answers", "alerts", "gaps"] as const;
const NAMES: Readonly<Partial<Record<EntryType, (typeof SUMMED)[number]>>> = {
  thought: "thoughts",
  answer: "answers",
  alert: "alerts",
  gap: "gaps",
};

/** Counts thoughts, answers, alerts and gaps by hour or day, and says when there were the most. */
export function summarise(database: SqlDatabase, { by, zone, fromMs, toMs, streams }: SummaryWish): Summary {
  const time = new ZoneTime(zone);
  const startMs = time.beginningOf(by, fromMs);
  const beginnings = new Map<number, number>();
  const intervals = new Map<number, Map<string, Tally>>();
  for (const row of quartersBetween(database, startMs, toMs)) {
    const [stream, name] = [String(row.stream), NAMES[String(row.type) as EntryType]];
    if (name === undefined || (streams !== null && !streams.includes(stream))) continue;
    const quarter = Number(row.quarter);
    const beginning = beginnings.get(quarter) ?? time.beginningOf(by, quarter * QUARTER_MS);
    beginnings.set(quarter, beginning);
    const interval = intervals.get(beginning) ?? new Map<string, Tally>();
    intervals.set(beginning, interval);
    const tally = interval.get(stream) ?? newTally();
    interval.set(stream, tally);
    tally[name] += Number(row.count);
  }
  const inOrder = [...intervals].sort(([a], [b]) => a - b).map(([ms, tallies]) => intervalOf(ms, tallies));
  return { fromMs: startMs, intervals: inOrder, streams: streamSums(inOrder) };
}

type Tally = { -readonly [K in keyof Counts]: number };

function newTally(): Tally {
  return { thoughts: 0, answers: 0, alerts: 0, gaps: 0 };
}

function sum(tallies: Iterable<Counts>): Tally {
  const total = newTally();
  for (const tally of tallies) for (const name of SUMMED) total[name] += tally[name];
  return total;
}

/** What is of no stream is left out. */
function quartersBetween(database: SqlDatabase, fromMs: number, toMs: number): SqlRow[] {
  return database
    .prepare(
      `SELECT q.quarter, s.name AS stream, q.type, q.count FROM quarters q JOIN streams s ON s.id = q.stream
       WHERE q.quarter >= ? AND q.quarter <= ?`,
    )
    .all(Math.floor(fromMs / QUARTER_MS), Math.ceil(toMs / QUARTER_MS) - 1);
}

function intervalOf(startMs: number, tallies: ReadonlyMap<string, Counts>): Interval {
  return { startMs, total: sum(tallies.values()), streams: Object.fromEntries(tallies) };
}

function streamSums(intervals: readonly Interval[]): StreamSum[] {
  const names = new Set(intervals.flatMap(({ streams }) => Object.keys(streams)));
  return [...names].sort().map((stream) => {
    const own = intervals.filter(({ streams }) => stream in streams);
    const most = (name: "thoughts" | "alerts"): Peak | null => {
      let peak: Peak | null = null;
      for (const { startMs, streams } of own) {
        const count = streams[stream]![name];
        if (count > (peak?.count ?? 0)) peak = { startMs, count };
      }
      return peak;
    };
    return {
      stream,
      total: sum(own.map(({ streams }) => streams[stream]!)),
      mostThoughts: most("thoughts"),
      mostAlerts: most("alerts"),
    };
  });
}
