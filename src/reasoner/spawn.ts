import type { Worker } from "node:worker_threads";
import { spawnWorker } from "../worker/spawn.ts";
import type { ReasonerSetup } from "./messages.ts";

/** Starts the reasoner worker. */
export function spawnReasoner(setup: ReasonerSetup): Worker {
  return spawnWorker(import.meta.url, "reasoner-worker", setup, [setup.units]);
}
