import type { Database } from "libsql";
import { HistoryError } from "./errors.ts";

/** What a column may hold. */
export type SqlValue = string | number | null | Uint8Array;

/** One row of an answer, by the names of its columns. */
export type SqlRow = Readonly<Record<string, SqlValue>>;

/** A statement that is prepared once. */
export interface SqlStatement {
  run(...values: SqlValue[]): void;
  /** The first row. */
  get(...values: SqlValue[]): SqlRow | undefined;
  /** All rows of a SELECT. It must not give BLOBs. */
  all(...values: SqlValue[]): SqlRow[];
}

/** One connection to a database file. Every call blocks its thread until it is done. */
export interface SqlDatabase {
  /** Runs any number of statements to their end. */
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
 * @param busyMs how long to wait for another connection to be done with writing (ms)
 * @throws {HistoryError} `history_unusable`
 */
export async function openSqlite(
  path: string,
  mode: "read" | "write",
  busyMs = BUSY_MS,
): Promise<SqlDatabase> {
  const { default: Database } = await import("libsql");
  try {
    const database = new Database(path);
    // The file is looked at only when something is asked of it.
    database.exec(
      `PRAGMA busy_timeout = ${busyMs}; PRAGMA query_only = ${mode === "read"}; PRAGMA schema_version`,
    );
    return new Connection(database);
  } catch (cause) {
    throw unusable(path, cause);
  }
}

/**
 * Keeps every statement for as long as it is open, and asks for single rows alone. What is forgotten of a statement, or of
 * a cursor over its rows, libsql frees when garbage is collected; there are reports of processes that crash then.
 */
class Connection implements SqlDatabase {
  private readonly statements = new Map<string, ReturnType<Database["prepare"]>>();

  constructor(private readonly database: Database) {}

  exec(sql: string): void {
    this.database.exec(sql);
  }

  prepare(sql: string): SqlStatement {
    const statement = this.prepared(sql);
    return {
      run: (...values) => void statement.run(bound(values)),
      get: (...values) => statement.get(bound(values)) as SqlRow | undefined,
      all: (...values) => this.all(sql, statement.columns(), values),
    };
  }

  /** All rows as one, which is an array in JSON. */
  private all(sql: string, columns: readonly { readonly name: string }[], values: SqlValue[]): SqlRow[] {
    const names = columns.map(({ name }) => name);
    const quoted = names.map((name) => `"${name}"`).join(", ");
    const row = this.prepared(`SELECT json_group_array(json_array(${quoted})) AS rows FROM (${sql})`).get(
      bound(values),
    ) as SqlRow;
    return (JSON.parse(String(row.rows)) as SqlValue[][]).map((each) =>
      Object.fromEntries(each.map((value, i) => [names[i]!, value])),
    );
  }

  close(): void {
    this.database.close();
  }

  private prepared(sql: string): ReturnType<Database["prepare"]> {
    const statement = this.statements.get(sql) ?? this.database.prepare(sql);
    this.statements.set(sql, statement);
    return statement;
  }
}

/** Numbers are bound as floating-point ones, and whole ones must be whole: the index takes only those for ids. */
function bound(values: readonly SqlValue[]): (SqlValue | bigint)[] {
  return values.map((value) =>
    typeof value === "number" && Number.isInteger(value) ? BigInt(value) : value,
  );
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
