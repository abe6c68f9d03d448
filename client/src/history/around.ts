import type { HistoryEntry, ThinkalongClient } from "../../lib/mod.ts";
import { ALL_KINDS } from "./address.ts";

/** An entry, and what was said on its stream before and after. */
export interface Around {
  /** In the order of time; the entry is among them. */
  readonly entries: readonly HistoryEntry[];
  /** Where in them the entry is. */
  readonly at: number;
}

/** How far it looks back and on, and how many entries to either side it takes. */
const BACK_MS = 5 * 60_000;
/** Shorter, because the newest come first: what comes next must be on the first page. */
const ON_MS = 2 * 60_000;
const MOST_A_SIDE = 20;
const MOST_OF_A_PAGE = 500;

/**
 * Finds an entry and what is around it.
 *
 * @param id of the entry
 * @param signal gives up
 * @returns null: it is no longer kept
 * @throws {ClientError}
 */
export async function findAround(
  { history }: ThinkalongClient,
  id: string,
  signal: AbortSignal,
): Promise<Around | null> {
  // The newest of those before the next id is the entry itself, if it is there.
  const after = String(Number(id) + 1);
  const [entry] = (await history.search({ after, limit: 1, signal })).entries;
  if (entry?.id !== id) return null;
  const timeMs = Date.parse(entry.time);
  const same = { types: ALL_KINDS, streams: entry.stream === null ? undefined : [entry.stream], signal };
  const [before, later] = await Promise.all([
    history.search({ ...same, after: id, from: timeMs - BACK_MS, limit: MOST_A_SIDE }),
    history.search({ ...same, from: timeMs, to: timeMs + ON_MS, limit: MOST_OF_A_PAGE }),
  ]);
  const newer = later.entries.filter((each) => Number(each.id) > Number(id)).reverse();
  const older = before.entries.toReversed();
  return { entries: [...older, entry, ...newer.slice(0, MOST_A_SIDE)], at: older.length };
}

/** The entry whose picture shows the moment of one best: itself, or the nearest that has a picture; null: none has. */
export function pictured({ entries, at }: Around): HistoryEntry | null {
  const ms = (entry: HistoryEntry) => Date.parse(entry.time);
  const entry = entries[at]!;
  if (entry.snapshot !== null) return entry;
  let nearest: HistoryEntry | null = null;
  for (const each of entries) {
    if (each.snapshot === null) continue;
    const away = Math.abs(ms(each) - ms(entry));
    if (nearest === null || away < Math.abs(ms(nearest) - ms(entry))) nearest = each;
  }
  return nearest;
}
