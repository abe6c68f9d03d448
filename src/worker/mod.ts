/** Worker threads: starting and stopping them, one clock for all, and their garbage. */
export { collectGarbage } from "./collect-garbage.ts";
export { WorkerHost } from "./host.ts";
export { processNow, timeOrigin } from "./monotonic-time.ts";
export { spawnWorker } from "./spawn.ts";
