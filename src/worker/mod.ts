/** Worker threads: starting and stopping them, and one clock for all. */
export { WorkerHost } from "./host.ts";
export { processNow, timeOrigin } from "./monotonic-time.ts";
export { spawnWorker } from "./spawn.ts";
