import { HistoryError } from "./errors.ts";

/** What a column may hold. */
export type SqlValue = string | number | null | Uint8Array;

/** One row of an answer, by the names of its columns. */
export type SqlRow = Readonly<Record<string, SqlValue>>;

/** A statement that was prepared. */
export interface SqlStatement {
  run(...values: SqlValue[]): unknown;
  get(...values: SqlValue[]): SqlRow | undefined;
  all(...values: SqlValue[]): SqlRow[];
}

/** One connection to a database file. Every call blocks its thread until it is done. */
export interface SqlDatabase {
  exec(sql: string): void;
  prepare(sql: string): SqlStatement;
  close(): void;
}

/** How long a connection waits for another one to be done with writing (ms). */
const BUSY_MS = 10_000;

/**
 * Opens a database file with SQLite. The binding is loaded here and nowhere else, when the first file is opened.
 *
 * @param mode `read`: nothing is changed, and the file must be there
 * @throws {HistoryError} `history_unusable`
 */
export async function openSqlite(path: string, mode: "read" | "write"): Promise<SqlDatabase> {
  const { DatabaseSync } = await import("@photostructure/sqlite");
  try {
    const database = new DatabaseSync(path, { readOnly: mode === "read", timeout: BUSY_MS });
    // The file is looked at only when something is asked of it.
    database.exec("PRAGMA schema_version");
    return database as SqlDatabase;
  } catch (cause) {
    throw unusable(path, cause);
  }
}

/** The error for a file that SQLite cannot use. */
export function unusable(path: string, cause: unknown): HistoryError {
  return new HistoryError(
    "history_unusable",
    `The history ${path} cannot be used (${(cause as Error).message}). Name another file (--history FILE, or history.path in the config file), or keep none (--no-history).`,
    { cause },
  );
}

/**
 * Does all of some work or, when it throws, nothing of it.
 *
 * @throws what the work has thrown, or SQLite: the disk is full, say
 */
export function inTransaction<T>(database: SqlDatabase, work: () => T): T {
  database.exec("BEGIN IMMEDIATE");
  try {
    const result = work();
    database.exec("COMMIT");
    return result;
  } catch (error) {
    try {
      database.exec("ROLLBACK");
    } catch {
      // Of some failures SQLite has rolled back by itself.
    }
    throw error;
  }
}
