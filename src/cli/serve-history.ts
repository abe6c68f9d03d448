import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Logger } from "pino";
import { History, HistoryError } from "../history/mod.ts";
import type { ServeSettings } from "./serve-config.ts";

/**
 * The history of a server; null: it keeps none. The file is opened at once where there are cameras or it is there already,
 * so that cameras go on from where they were; else when there is something to keep.
 *
 * @throws {HistoryError} `history_newer` or `history_unusable`
 */
export async function openHistory(
  { history: settings, cameras, stateDir }: ServeSettings,
  log: Logger,
): Promise<History | null> {
  const { enabled, path, ...kept } = settings;
  if (!enabled) return null;
  const history = new History({
    ...{ path, ...kept },
    onTrouble: (message) => log.error(message),
    onRecovered: (message) => log.warn(message),
  });
  const isNeeded =
    cameras.size > 0 || kept.sessions || existsSync(path) || existsSync(join(stateDir, "cameras.json"));
  if (!isNeeded) return history;
  try {
    await history.open();
    return history;
  } catch (error) {
    await history.close();
    if (!(error instanceof HistoryError) || error.code !== "history_in_use") throw error;
    log.error(`${error.message} This server keeps no history.`);
    return null;
  }
}
