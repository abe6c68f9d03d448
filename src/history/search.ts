import type { StreamKind } from "../streams/mod.ts";
import type { EntryType } from "./entry.ts";
import { inText, oneOf, piecesOf } from "./match-words.ts";
import { QUARTER_MS } from "./migrations.ts";
import type { SqlDatabase, SqlRow, SqlValue } from "./sqlite.ts";

/** What to look for. Whatever is null is not looked at. */
export interface Search {
  /** Words that must all be there, see `piecesOf`. */
  readonly words: string | null;
  /** Streams of which it may be. */
  readonly streams: readonly string[] | null;
  readonly types: readonly EntryType[] | null;
  /** When it was heard: from this time on, and before that one (ms since 1970). */
  readonly fromMs: number | null;
  readonly toMs: number | null;
  /** Only what was heard before the entry with this id, which is how one page follows another. */
  readonly before: number | null;
  /** Most entries. */
  readonly limit: number;
}

/** One entry that was found. */
export interface Found {
  /** Counts up in the order in which events were heard, of all streams. */
  readonly id: number;
  /** Null: it is about no stream. */
  readonly stream: string | null;
  readonly kind: StreamKind | null;
  /** Number of the event in its stream; null: the history itself has something to say. */
  readonly number: number | null;
  readonly wallMs: number;
  readonly mediaMs: number | null;
  readonly type: EntryType;
  readonly text: string;
  /** The whole event as JSON. */
  readonly event: string;
  readonly hasPicture: boolean;
}

/** What was found, the newest first. */
export interface SearchPage {
  readonly found: readonly Found[];
  /** Whether there is more, before the last of these. */
  readonly hasMore: boolean;
}

const NOTHING: SearchPage = { found: [], hasMore: false };

const COLUMNS = `e.id, s.name AS stream, s.kind, e.number, e.wall_ms, e.media_ms, e.type, e.text, e.event,
  p.id IS NOT NULL AS has_picture`;
const BESIDE = "LEFT JOIN streams s ON s.id = e.stream LEFT JOIN pictures p ON p.id = e.id";
const BETWEEN = "e.id >= ? AND e.id <= ? AND e.wall_ms >= ? AND e.wall_ms < ?";

/** Every search has one of these two forms. */
const OF_WORDS = `SELECT ${COLUMNS} FROM words CROSS JOIN events e ON e.id = words.rowid ${BESIDE}
  WHERE words MATCH ? AND words.rowid >= ? AND words.rowid <= ? AND ${BETWEEN} ORDER BY words.rowid DESC LIMIT ?`;
const OF_ALL = `SELECT ${COLUMNS} FROM events e ${BESIDE} WHERE ${BETWEEN} ORDER BY e.id DESC LIMIT ?`;

/** Finds entries, the newest first. */
export function search(database: SqlDatabase, wanted: Search): SearchPage {
  const match = matchOf(database, wanted);
  const ids = idsBetween(database, wanted);
  if (match === null || ids === null) return NOTHING;
  const { fromMs, toMs, limit } = wanted;
  const times = [fromMs ?? Number.MIN_SAFE_INTEGER, toMs ?? Number.MAX_SAFE_INTEGER];
  const values: SqlValue[] = match === "" ? [...ids, ...times] : [match, ...ids, ...ids, ...times];
  // One more, to know whether there is more.
  const rows = database.prepare(match === "" ? OF_ALL : OF_WORDS).all(...values, limit + 1);
  return { found: rows.slice(0, limit).map(foundIn), hasMore: rows.length > limit };
}

/** The events of a stream between two numbers (both excluded), the newest of them, in their order. */
export function eventsBetween(
  database: SqlDatabase,
  stream: string,
  after: number,
  before: number,
  most: number,
): { readonly number: number; readonly event: string }[] {
  const rows = database
    .prepare(
      `SELECT number, event FROM events WHERE stream = (SELECT id FROM streams WHERE name = ?)
       AND number > ? AND number < ? ORDER BY number DESC LIMIT ?`,
    )
    .all(stream, after, before, most);
  return rows.reverse().map(({ number, event }) => ({ number: Number(number), event: String(event) }));
}

/** The expression of FTS5; "": everything; null: nothing can be found. */
function matchOf(database: SqlDatabase, { words, streams, types }: Search): string | null {
  const all: string[] = [];
  if (words !== null) {
    const pieces = piecesOf(words);
    if (pieces.length === 0) return null;
    all.push(inText(pieces));
  }
  if (streams !== null) {
    const ofName = database.prepare("SELECT id FROM streams WHERE name = ?");
    const ids = streams.flatMap((name) => ofName.get(name)?.id ?? []).map(Number);
    if (ids.length === 0) return null;
    all.push(oneOf("stream", ids));
  }
  if (types !== null) {
    if (types.length === 0) return null;
    all.push(oneOf("type", types));
  }
  return all.join(" AND ");
}

/** Between which ids everything lies that was heard in a time; null: nothing was. */
function idsBetween(database: SqlDatabase, { fromMs, toMs, before }: Search): [number, number] | null {
  const newest = before === null ? Number.MAX_SAFE_INTEGER : before - 1;
  if (fromMs === null && toMs === null) return [0, newest];
  const quarter = (ms: number | null, otherwise: number) =>
    ms === null ? otherwise : Math.floor(ms / QUARTER_MS);
  const row = database
    .prepare(
      "SELECT min(first) AS first, max(last) AS last FROM quarters WHERE quarter >= ? AND quarter <= ?",
    )
    .get(quarter(fromMs, Number.MIN_SAFE_INTEGER), quarter(toMs, Number.MAX_SAFE_INTEGER));
  if (row === undefined || row.first === null) return null;
  return [Number(row.first), Math.min(newest, Number(row.last))];
}

function foundIn(row: SqlRow): Found {
  const number = (value: SqlValue | undefined) => (value === null ? null : Number(value));
  return {
    id: Number(row.id),
    stream: row.stream === null ? null : String(row.stream),
    kind: row.kind === null ? null : (String(row.kind) as StreamKind),
    number: number(row.number),
    wallMs: Number(row.wall_ms),
    mediaMs: number(row.media_ms),
    type: String(row.type) as EntryType,
    text: String(row.text),
    event: String(row.event),
    hasPicture: Number(row.has_picture) === 1,
  };
}
