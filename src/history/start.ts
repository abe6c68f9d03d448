import type { Worker } from "node:worker_threads";
import { spawnWorker } from "../worker/mod.ts";
import type { HistorySetup } from "./messages.ts";

/** Starts the worker that reads and writes a history. SQLite blocks the thread that uses it. */
export function spawnHistory(setup: HistorySetup): Worker {
  return spawnWorker(import.meta.url, "history-worker", setup, []);
}
