/** Worker threads and processes: starting, watching and stopping them, one time for all of them, and their garbage. */
export { collectGarbage } from "./collect-garbage.ts";
export { WorkerHost } from "./host.ts";
export { IdleGarbage } from "./idle-garbage.ts";
export { processNow, timeOrigin } from "./monotonic-time.ts";
export { spawnWorker } from "./spawn.ts";
export { spawnProcess } from "./spawn-process.ts";
export { Watch, type WatchOptions } from "./watch.ts";
