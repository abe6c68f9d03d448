/** Worker threads: starting and stopping them, one time for all of them, and their garbage. */
export { collectGarbage } from "./collect-garbage.ts";
export { WorkerHost } from "./host.ts";
export { processNow, timeOrigin } from "./monotonic-time.ts";
export { spawnWorker } from "./spawn.ts";
