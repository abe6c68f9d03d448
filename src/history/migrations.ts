import { HistoryError } from "./errors.ts";
import { inTransaction, type SqlDatabase } from "./sqlite.ts";

/** Length of the times for which events are counted (ms). Every time zone differs from others by whole ones. */
export const QUARTER_MS = 15 * 60_000;

/**
 * What makes each version of the database from the one before it. A version that was released is never changed: what is
 * to be different is added as the next one. `user_version` of the file says how many it has.
 *
 * - `events`: one row for each event that is kept, in the order in which they were heard. `stream` 0 is none: what the
 *   history has to say of itself.
 * - `words`: the full-text index of them. It also finds those of a stream or a type, so no other index is needed for that.
 * - `quarters`: how many events there are of a stream and a type in each quarter of an hour, and between which ids they
 *   lie. So a time is found although the machine's clock may have been set, and sums need no look at the events.
 * - `runs`: from when to when something was recorded.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE streams (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    next_event INTEGER NOT NULL,
    counts TEXT,
    recap TEXT,
    media_ms REAL,
    wall_ms INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    stream INTEGER NOT NULL,
    number INTEGER,
    wall_ms INTEGER NOT NULL,
    media_ms REAL,
    type TEXT NOT NULL,
    text TEXT NOT NULL,
    event TEXT NOT NULL
  ) STRICT;
  CREATE INDEX events_by_number ON events (stream, number);
  CREATE TABLE pictures (id INTEGER PRIMARY KEY, jpeg BLOB NOT NULL) STRICT;
  CREATE TABLE quarters (
    quarter INTEGER NOT NULL,
    stream INTEGER NOT NULL,
    type TEXT NOT NULL,
    count INTEGER NOT NULL,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    PRIMARY KEY (quarter, stream, type)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE runs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    started_ms INTEGER NOT NULL,
    last_ms INTEGER NOT NULL,
    ended_ms INTEGER,
    batch INTEGER NOT NULL
  ) STRICT;
  CREATE VIRTUAL TABLE words USING fts5 (
    text, stream, type,
    content = 'events', content_rowid = 'id', tokenize = 'porter unicode61 remove_diacritics 2'
  );
  CREATE TRIGGER event_added AFTER INSERT ON events BEGIN
    INSERT INTO words (rowid, text, stream, type) VALUES (new.id, new.text, new.stream, new.type);
    INSERT INTO quarters VALUES (new.wall_ms / 900000, new.stream, new.type, 1, new.id, new.id)
      ON CONFLICT DO UPDATE SET count = count + 1, first = min(first, excluded.first), last = max(last, excluded.last);
  END;
  CREATE TRIGGER event_removed AFTER DELETE ON events BEGIN
    INSERT INTO words (words, rowid, text, stream, type)
      VALUES ('delete', old.id, old.text, old.stream, old.type);
    UPDATE quarters SET count = count - 1
      WHERE quarter = old.wall_ms / 900000 AND stream = old.stream AND type = old.type;
    DELETE FROM quarters
      WHERE quarter = old.wall_ms / 900000 AND stream = old.stream AND type = old.type AND count <= 0;
    DELETE FROM pictures WHERE id = old.id;
  END;
  `,
];

/** How many versions the database in a file has; 0: it is new. */
export function versionOf(database: SqlDatabase): number {
  return Number(database.prepare("PRAGMA user_version").get()?.user_version);
}

/**
 * Brings a database up to date, one version after the other. Each is made as a whole or not at all.
 *
 * @param path for messages
 * @throws {HistoryError} `history_newer`, when a newer program has made it
 */
export function migrate(
  database: SqlDatabase,
  path: string,
  migrations: readonly string[] = MIGRATIONS,
): void {
  requireNotNewer(database, path, migrations);
  for (let version = versionOf(database); version < migrations.length; version++) {
    inTransaction(database, () => {
      database.exec(migrations[version]!);
      database.exec(`PRAGMA user_version = ${version + 1}`);
    });
  }
}

/**
 * Checks that a database has the version of this program, for those who may not change it.
 *
 * @throws {HistoryError} `history_newer` or `history_older`
 */
export function requireCurrent(database: SqlDatabase, path: string): void {
  requireNotNewer(database, path, MIGRATIONS);
  const version = versionOf(database);
  if (version === MIGRATIONS.length) return;
  throw new HistoryError(
    "history_older",
    `The history ${path} has the version ${version}, and this program reads version ${MIGRATIONS.length}. Start the server once, which brings it up to date.`,
  );
}

function requireNotNewer(database: SqlDatabase, path: string, migrations: readonly string[]): void {
  const version = versionOf(database);
  if (version <= migrations.length) return;
  throw new HistoryError(
    "history_newer",
    `The history ${path} has the version ${version}, and this program knows versions up to ${migrations.length}. Use the newer program that has made it, or name another file (--history FILE, or history.path in the config file).`,
  );
}
