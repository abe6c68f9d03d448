import { HistoryError } from "./errors.ts";
import { openSqlite, type SqlDatabase } from "./sqlite.ts";

/**
 * Keeps two servers from recording into one file. It is a lock of the system on a file beside it, so it is gone with its
 * process, however that ends.
 */
export class StoreLock {
  private constructor(private readonly database: SqlDatabase) {}

  /** @throws {HistoryError} `history_in_use`, or `history_unusable` where the lock cannot be made */
  static async take(path: string): Promise<StoreLock> {
    let database: SqlDatabase | null = null;
    try {
      database = await openSqlite(`${path}.lock`, "write", 0);
      database.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
    } catch (error) {
      database?.close();
      const { code } = (error instanceof HistoryError ? error.cause : error) as { readonly code?: string };
      throw code === "SQLITE_BUSY" ? inUse(path, error) : error;
    }
    return new StoreLock(database);
  }

  release(): void {
    this.database.close();
  }
}

function inUse(path: string, cause: unknown): HistoryError {
  return new HistoryError(
    "history_in_use",
    `Another server records into ${path}. Give this one a file of its own (--history FILE, or history.path in the config file).`,
    { cause },
  );
}
