import type { Worker } from "node:worker_threads";
import { spawnWorker } from "../worker/spawn.ts";
import type { VisionSetup } from "./messages.ts";

/** Starts the vision worker. */
export function spawnVision(setup: VisionSetup): Worker {
  return spawnWorker(import.meta.url, "vision-worker", setup, [setup.publish]);
}
