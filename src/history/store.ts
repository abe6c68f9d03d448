import { closeSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import type { StreamPast } from "../streams/mod.ts";
import {
  type Change,
  gapNote,
  MOST_PASTS,
  type NewEvent,
  type NewPicture,
  type NewStanding,
} from "./changes.ts";
import { migrate } from "./migrations.ts";
import { deleteOf, giveBack, type Retention, trim } from "./retention.ts";
import { eventsBetween, type Search, type SearchPage, search } from "./search.ts";
import { inTransaction, openSqlite, type SqlDatabase, type SqlStatement, unusable } from "./sqlite.ts";
import { type HistoryInfo, infoOf } from "./store-info.ts";
import { StoreLock } from "./store-lock.ts";
import { type Summary, type SummaryWish, summarise } from "./summary.ts";

/** Most bytes that the write-ahead log keeps on the disk when all of it is in the database (bytes). */
const LOG_BYTES = 16 * 1024 * 1024;

/**
 * Before other tables: a file's free pages can be given back one by one. With a write-ahead log, and synced when that is
 * taken over into the database: whoever is killed loses nothing that was committed. When the machine loses its power, the
 * last commits may be lost, but the file is whole.
 */
const SETTINGS = `
  PRAGMA auto_vacuum = INCREMENTAL;
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  PRAGMA secure_delete = ON;
  PRAGMA journal_size_limit = ${LOG_BYTES};
`;

/** A run of a server that records. */
export interface Run {
  readonly id: number;
  /** Number of the last batch that was written. */
  readonly batch: number;
}

/** Where an earlier stream of a name stood, as the file knows it. */
export type StoredPast = Omit<StreamPast, "why"> & { readonly stream: string };

/** What is found when a file is opened. */
export interface Opened {
  readonly run: Run;
  readonly pasts: readonly StoredPast[];
  /** When the run before has last written, and whether it was ended; null: there was none. */
  readonly before: { readonly lastMs: number; readonly isEnded: boolean } | null;
}

/**
 * A history in one file. It is used by one thread, which it blocks while it reads and writes. Another process may read
 * the file at the same time.
 */
export class HistoryStore {
  private readonly insertEvent: SqlStatement;
  private readonly insertPicture: SqlStatement;
  private readonly upsertStream: SqlStatement;
  private readonly insertStream: SqlStatement;
  private readonly findStream: SqlStatement;
  private readonly wrote: SqlStatement;

  private constructor(
    private readonly database: SqlDatabase,
    private readonly lock: StoreLock,
    readonly opened: Opened,
  ) {
    this.insertEvent = database.prepare(
      "INSERT INTO events (stream, number, wall_ms, media_ms, type, text, event) VALUES (?, ?, ?, ?, ?, ?, ?)",
    );
    this.insertPicture = database.prepare(
      `INSERT OR REPLACE INTO pictures (id, jpeg) SELECT id, ? FROM events
       WHERE stream = (SELECT id FROM streams WHERE name = ?) AND number = ? ORDER BY id DESC LIMIT 1`,
    );
    this.upsertStream = database.prepare(
      `INSERT INTO streams (name, kind, next_event, counts, recap, media_ms, wall_ms) VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (name) DO UPDATE SET kind = excluded.kind, next_event = excluded.next_event,
         counts = excluded.counts, recap = excluded.recap,
         media_ms = coalesce(excluded.media_ms, media_ms), wall_ms = max(wall_ms, excluded.wall_ms)`,
    );
    this.insertStream = database.prepare(
      `INSERT INTO streams (name, kind, next_event, wall_ms) VALUES (?, 'session', 0, 0)
       ON CONFLICT DO NOTHING`,
    );
    this.findStream = database.prepare("SELECT id FROM streams WHERE name = ?");
    this.wrote = database.prepare("UPDATE runs SET last_ms = ?, batch = ? WHERE id = ?");
  }

  /**
   * Opens a file to record into it, and makes it when it is not there. From when to when nothing was recorded before is
   * noted in it.
   *
   * @param going the run that goes on; null: another one begins
   * @throws {HistoryError} `history_in_use`, `history_newer` or `history_unusable`
   */
  static async open(path: string, going: number | null = null, nowMs = Date.now()): Promise<HistoryStore> {
    try {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      // What cameras see is its owner's alone. SQLite gives the files beside it the same rights.
      closeSync(openSync(path, "a", 0o600));
    } catch (cause) {
      throw unusable(path, cause);
    }
    const lock = await StoreLock.take(path);
    let database: SqlDatabase | null = null;
    try {
      database = await openSqlite(path, "write");
      prepare(database, path);
      return new HistoryStore(database, lock, begin(database, path, going, nowMs));
    } catch (error) {
      database?.close();
      lock.release();
      throw error;
    }
  }

  /**
   * Writes changes, all or none.
   *
   * @param batch a number that is greater than that of every batch of this run before
   * @throws {Error} what SQLite says, such as that the disk is full
   */
  write(batch: number, changes: readonly Change[], nowMs = Date.now()): void {
    inTransaction(this.database, () => {
      const ids = new Map<string | null, number>([[null, 0]]);
      for (const change of changes) this.writeOne(change, ids);
      this.wrote.run(nowMs, batch, this.opened.run.id);
    });
  }

  search(wanted: Search): SearchPage {
    return search(this.database, wanted);
  }

  summary(wish: SummaryWish): Summary {
    return summarise(this.database, wish);
  }

  eventsBetween(stream: string, after: number, before: number, most: number) {
    return eventsBetween(this.database, stream, after, before, most);
  }

  picture(stream: string, number: number): Uint8Array | null {
    return pictureOf(this.database, stream, number);
  }

  info(): HistoryInfo {
    return infoOf(this.database);
  }

  /** Deletes some of what is too old or too much. Returns whether there may be more to do. */
  trim(retention: Retention, nowMs = Date.now()): boolean {
    return trim(this.database, retention, nowMs);
  }

  /** Deletes all of a stream step by step, see {@link forget}. */
  forget(stream: string): Generator<void, number | null> {
    return forget(this.database, stream);
  }

  /** Notes that the run has ended, and closes the file. */
  close(nowMs = Date.now()): void {
    try {
      this.database
        .prepare("UPDATE runs SET last_ms = ?, ended_ms = ? WHERE id = ?")
        .run(nowMs, nowMs, this.opened.run.id);
      // A statement may keep the connection open for longer, so the log is taken over now.
      this.database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    } finally {
      this.database.close();
      this.lock.release();
    }
  }

  private writeOne(change: Change, ids: Map<string | null, number>): void {
    switch (change.what) {
      case "event":
        this.writeEvent(change, ids);
        break;
      case "picture":
        this.writePicture(change);
        break;
      case "stream":
        this.writeStanding(change);
        break;
    }
  }

  private writeEvent(event: NewEvent, ids: Map<string | null, number>): void {
    const { stream, number, wallMs, mediaMs, type, text } = event;
    const id = ids.get(stream) ?? this.idOf(stream!);
    ids.set(stream, id);
    this.insertEvent.run(id, number, wallMs, mediaMs, type, text, event.event);
  }

  private writePicture({ stream, number, jpeg }: NewPicture): void {
    this.insertPicture.run(jpeg, stream, number);
  }

  private writeStanding({ stream, kind, nextEvent, counts, recap, mediaMs, wallMs }: NewStanding): void {
    this.upsertStream.run(stream, kind, nextEvent, JSON.stringify(counts), recap, mediaMs, wallMs);
  }

  private idOf(stream: string): number {
    this.insertStream.run(stream);
    return Number(this.findStream.get(stream)!.id);
  }
}

/** The newest picture of an event with this number; null: there is none. */
export function pictureOf(database: SqlDatabase, stream: string, number: number): Uint8Array | null {
  const row = database
    .prepare(
      `SELECT p.jpeg FROM events e JOIN pictures p ON p.id = e.id
       WHERE e.stream = (SELECT id FROM streams WHERE name = ?) AND e.number = ? ORDER BY e.id DESC LIMIT 1`,
    )
    .get(stream, number);
  return row === undefined ? null : (row.jpeg as Uint8Array);
}

/**
 * Deletes all of a stream, with its pictures, step by step, so that others get their turn in between. Then nothing of it
 * is left in the file or beside it: what is deleted is overwritten, and so are its words in the index.
 *
 * @returns how many events were deleted; null: there is no such stream
 */
export function* forget(database: SqlDatabase, stream: string): Generator<void, number | null> {
  const row = database.prepare("SELECT id FROM streams WHERE name = ?").get(stream);
  if (row === undefined) return null;
  const id = Number(row.id);
  let deleted = 0;
  database.exec("PRAGMA secure_delete = ON");
  for (let some = 1; some > 0; ) {
    some = deleteOf(database, id);
    deleted += some;
    yield;
  }
  database.prepare("DELETE FROM streams WHERE id = ?").run(id);
  yield* mergeIndex(database);
  while (giveBack(database, 0)) yield;
  database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  return deleted;
}

/** What was deleted stays in the index until its parts are merged. */
function* mergeIndex(database: SqlDatabase): Generator<void> {
  const changes = () => Number(database.prepare("SELECT total_changes() AS n").get()!.n);
  for (let pages = -500; ; pages = 500) {
    const before = changes();
    database.exec(`INSERT INTO words (words, rank) VALUES ('merge', ${pages})`);
    // Fewer than two: nothing was left to merge.
    if (changes() - before < 2) return;
    yield;
  }
}

function prepare(database: SqlDatabase, path: string): void {
  try {
    database.exec(SETTINGS);
  } catch (cause) {
    throw unusable(path, cause);
  }
  migrate(database, path);
}

/** Begins a run, and notes from when to when nothing was recorded before it. */
function begin(database: SqlDatabase, path: string, going: number | null, nowMs: number): Opened {
  try {
    const last = database.prepare("SELECT * FROM runs ORDER BY id DESC LIMIT 1").get();
    const isSame = going !== null && Number(last?.id) === going;
    const before =
      last === undefined || isSame ? null : { lastMs: Number(last.last_ms), isEnded: last.ended_ms !== null };
    const run = isSame
      ? { id: going, batch: Number(last!.batch) }
      : inTransaction(database, () => {
          if (before !== null) noteGap(database, before, nowMs);
          database
            .prepare("INSERT INTO runs (started_ms, last_ms, batch) VALUES (?, ?, 0)")
            .run(nowMs, nowMs);
          return { id: Number(database.prepare("SELECT max(id) AS id FROM runs").get()!.id), batch: 0 };
        });
    return { run, pasts: pastsIn(database), before };
  } catch (cause) {
    throw unusable(path, cause);
  }
}

function noteGap(
  database: SqlDatabase,
  { lastMs, isEnded }: { readonly lastMs: number; readonly isEnded: boolean },
  nowMs: number,
): void {
  const why = isEnded
    ? "The server did not run."
    : "The server ended without being stopped, so what it heard in its last second may be missing, too.";
  const { wallMs, mediaMs, type, text, event } = gapNote(Math.min(lastMs, nowMs), nowMs, why);
  database
    .prepare(
      "INSERT INTO events (stream, number, wall_ms, media_ms, type, text, event) VALUES (0, NULL, ?, ?, ?, ?, ?)",
    )
    .run(wallMs, mediaMs, type, text, event);
}

/** Of streams that have a name. An id that the server gives out (`session_0`) is of another client each time. */
function pastsIn(database: SqlDatabase): StoredPast[] {
  const rows = database
    .prepare(
      `SELECT s.*, (SELECT max(number) FROM events WHERE stream = s.id) AS newest FROM streams s
       WHERE substr(name, 1, 8) <> 'session_' ORDER BY kind = 'camera' DESC, wall_ms DESC LIMIT ${MOST_PASTS}`,
    )
    .all();
  // The oldest first, which are forgotten first.
  return rows.reverse().map(({ name, next_event, newest, counts, recap, media_ms, wall_ms }) => ({
    stream: String(name),
    nextEvent: Math.max(Number(next_event), Number(newest ?? -1) + 1),
    counts: counts === null ? null : JSON.parse(String(counts)),
    recap: recap === null || recap === undefined ? null : String(recap),
    lastMs: media_ms === null ? null : Number(media_ms),
    lastAtMs: Number(wall_ms),
  }));
}
