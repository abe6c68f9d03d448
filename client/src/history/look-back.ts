import { computed, effect } from "@preact/signals";
import type { EntryType, HistoryEntry, HistoryPage, HistorySearch, HistorySummary } from "../../lib/mod.ts";
import { server } from "../app/access.ts";
import { href, route } from "../app/route.ts";
import { streamsProblem } from "../app/streams-poll.ts";
import { Load } from "../ui/load.ts";
import { type Address, ALL_KINDS, KINDS, queryOf, readAddress } from "./address.ts";
import { dayOf, type Hour, hoursOf, shifted, startOf } from "./day.ts";
import { type Silence, silencesIn } from "./grid.ts";

/** A day as the server has counted it. */
export interface DayFound {
  readonly hours: readonly Hour[];
  readonly summary: HistorySummary;
  readonly silences: readonly Silence[];
  /** The newest entry of all, where nothing is kept of this day; null: nothing is kept at all. */
  readonly newest: HistoryEntry | null;
}

/** What a day is counted by. That a camera or the server was away is no reason to go to a day. */
const COUNTED: readonly EntryType[] = ["thought", "answer", "alert"];
const DAY_MS = 24 * 3_600_000;
const REFRESH_MS = 60_000;

export const address = computed(() => readAddress(route.value.query));

/** The day that is shown. */
export const day = computed(() => {
  const { day: chosen, hourMs } = address.value;
  return chosen ?? dayOf(hourMs ?? Date.now());
});

/** The hour to which it is narrowed; null: the whole day. */
export const hour = computed(() => {
  const { hourMs } = address.value;
  if (hourMs === null) return null;
  return hoursOf(dayOf(hourMs)).findLast(({ startMs }) => startMs <= hourMs) ?? null;
});

/** The day, counted. */
export const counted = new Load<DayFound>();
/** What is found, the newest first, as many pages as were wanted. */
export const found = new Load<HistoryPage>();

/** The address of what is shown, with changes, for links. */
export function at(changes: Partial<Address>): string {
  return href("history", null, queryOf({ ...address.value, ...changes }));
}

/** Loads what the address says, until the returned function is called. */
export function lookBack(): () => void {
  const offs = [
    effect(() => {
      void server.value;
      const shown = day.value;
      countDay();
      if (shown !== dayOf(Date.now())) return;
      const again = setInterval(countDay, REFRESH_MS);
      return () => clearInterval(again);
    }),
    effect(() => {
      void server.value;
      void search.value;
      findAgain();
    }),
    effect(() => {
      // The server can be reached again.
      if (streamsProblem.value !== null) return;
      if (isUnreached(counted)) countDay();
      if (isUnreached(found)) findAgain();
    }),
  ];
  return () => {
    for (const off of offs) off();
  };
}

function isUnreached({ problem }: Load<unknown>): boolean {
  return problem.peek()?.status === null;
}

/** Looks for the same once more. */
export function findAgain(): void {
  const { history } = server.peek();
  const wanted = JSON.parse(search.peek()) as HistorySearch;
  void found.run((signal) => history.search({ ...wanted, signal }));
}

/** Adds the next page. */
export function findMore(): void {
  const before = found.value.peek();
  if (before?.next == null) return;
  const { history } = server.peek();
  const wanted = { ...(JSON.parse(search.peek()) as HistorySearch), after: before.next };
  void found.run(async (signal) => {
    const { entries, next } = await history.search({ ...wanted, signal });
    return { entries: [...before.entries, ...entries], next };
  });
}

/** What is looked for, as JSON: so it only changes when something in it does. */
const search = computed(() => {
  const { words, kind, stream, everyDay } = address.value;
  const { startMs, endMs } = hour.value ?? {
    startMs: startOf(day.value),
    endMs: startOf(shifted(day.value, 1)),
  };
  return JSON.stringify({
    words: words ?? undefined,
    types: kind === null ? ALL_KINDS : KINDS[kind],
    streams: stream === null ? undefined : [stream],
    ...(everyDay ? {} : { from: startMs, to: endMs }),
  } satisfies HistorySearch);
});

function countDay(): void {
  const { history } = server.peek();
  const shown = day.peek();
  const [from, to] = [startOf(shown), startOf(shifted(shown, 1))];
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  void counted.run(async (signal) => {
    const [summary, gaps] = await Promise.all([
      history.summary({ by: "hour", zone, from, to, signal }),
      // It is told when it ends, which may be on the next day.
      history.search({ types: ["gap"], from, to: to + DAY_MS, limit: 500, signal }),
    ]);
    const isEmpty = summary.data.length === 0;
    const newest = isEmpty ? (await history.search({ limit: 1, types: COUNTED, signal })).entries[0] : null;
    return { hours: hoursOf(shown), summary, silences: silencesIn(gaps.entries), newest: newest ?? null };
  });
}
