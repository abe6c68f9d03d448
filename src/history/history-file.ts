import { existsSync } from "node:fs";
import { HistoryError } from "./errors.ts";
import { requireCurrent } from "./migrations.ts";
import { type Search, type SearchPage, search } from "./search.ts";
import { openSqlite } from "./sqlite.ts";
import { forget } from "./store.ts";
import { type HistoryInfo, infoOf } from "./store-info.ts";
import { type Summary, type SummaryWish, summarise } from "./summary.ts";

/** The file of a history, for one who looks into it. A server may record into it at the same time. */
export interface HistoryFile {
  search(wanted: Search): SearchPage;
  summary(wish: SummaryWish): Summary;
  info(): HistoryInfo;
  /** Deletes all of a stream. Returns how many events; null: there is no such stream. */
  forget(stream: string): number | null;
  close(): void;
}

/**
 * Opens the file of a history.
 *
 * @param mode `read`: nothing can be changed
 * @throws {HistoryError} `history_newer`, `history_older` or `history_unusable`
 */
export async function openHistoryFile(path: string, mode: "read" | "write"): Promise<HistoryFile> {
  if (!existsSync(path))
    throw new HistoryError(
      "history_unusable",
      `There is no history ${path}. A server with cameras makes it; name another one with --file FILE.`,
    );
  const database = await openSqlite(path, mode);
  try {
    requireCurrent(database, path);
  } catch (error) {
    database.close();
    throw error;
  }
  return {
    search: (wanted) => search(database, wanted),
    summary: (wish) => summarise(database, wish),
    info: () => infoOf(database),
    forget: (stream) => {
      const steps = forget(database, stream);
      for (let step = steps.next(); ; step = steps.next()) if (step.done) return step.value;
    },
    close: () => database.close(),
  };
}
