import { QUARTER_MS } from "./migrations.ts";
import { inTransaction, type SqlDatabase } from "./sqlite.ts";

/** How much is kept. */
export interface Retention {
  readonly keepDays: number;
  readonly maxBytes: number;
}

/** Most events that are deleted at once, so that nobody waits long. */
export const CHUNK = 100;

/** Most pages of the file that are given back to the system at once. */
const PAGES = 500;

const DAY_MS = 24 * 3_600_000;

/** Deletes the events that these pick out, at most so many, with their pictures. Returns how many. */
function deleteSome(database: SqlDatabase, which: string, ...values: number[]): number {
  const statement = database.prepare(
    `DELETE FROM events WHERE id IN (SELECT id FROM events WHERE ${which} LIMIT ${CHUNK})`,
  );
  return inTransaction(database, () => {
    statement.run(...values);
    return Number(database.prepare("SELECT changes() AS n").get()!.n);
  });
}

/**
 * Deletes some of what is too old or too much, the oldest first. It is to be called again until nothing is left to do.
 *
 * @returns whether there may be more to do
 */
export function trim(database: SqlDatabase, { keepDays, maxBytes }: Retention, nowMs: number): boolean {
  const sinceMs = Math.floor(nowMs - keepDays * DAY_MS);
  // By when it was heard: events are not in that order where the machine's clock was set.
  const old = database
    .prepare("SELECT min(first) AS first, max(last) AS last FROM quarters WHERE quarter <= ?")
    .get(Math.floor(sinceMs / QUARTER_MS));
  if (old !== undefined && old.first !== null) {
    const range = [Number(old.first), Number(old.last)] as const;
    if (deleteSome(database, "id BETWEEN ? AND ? AND wall_ms < ? ORDER BY id", ...range, sinceMs) > 0)
      return true;
  }
  if (bytesIn(database) > maxBytes && deleteSome(database, "id >= ? ORDER BY id", 0) > 0) return true;
  return giveBack(database);
}

/** Deletes some events of a stream. Returns how many. */
export function deleteOf(database: SqlDatabase, stream: number): number {
  return deleteSome(database, "stream = ?", stream);
}

/** How many bytes of the file are in use. */
export function bytesIn(database: SqlDatabase): number {
  const { pages, free, size } = pagesOf(database);
  return (pages - free) * size;
}

/**
 * Gives some of the file's free pages back to the system.
 *
 * @param spare how many free pages are kept, because they are needed again soon; default: a quarter of the file
 * @returns whether there may be more to give back
 */
export function giveBack(database: SqlDatabase, spare?: number): boolean {
  const { pages, free } = pagesOf(database);
  if (free <= (spare ?? Math.max(PAGES, pages / 4))) return false;
  // It gives a row for each page, so all of it must be run.
  database.exec(`PRAGMA incremental_vacuum(${PAGES})`);
  return pagesOf(database).free < free;
}

function pagesOf(database: SqlDatabase) {
  const pragma = (name: string) =>
    Number(Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0] ?? 0);
  return { pages: pragma("page_count"), free: pragma("freelist_count"), size: pragma("page_size") };
}
