import type { Worker } from "node:worker_threads";
import type { Bundle, Checkpoint } from "../models/mod.ts";
import { spawnWorker } from "../worker/mod.ts";
import type { CheckpointRunner } from "./checkpoint-runner.ts";
import type { ReasonerSetup } from "./messages.ts";
import type { TextRunner } from "./text-runner.ts";

/** Starts the reasoner worker. */
export function spawnReasoner(setup: ReasonerSetup): Worker {
  return spawnWorker(import.meta.url, "reasoner-worker", setup, [setup.units]);
}

/**
 * Opens the text stack in this thread. Only this loads the inference runtime: the main thread of the service never does.
 *
 * @param threads of the inference
 * @throws {ModelError} `graph_mismatch`, `attention_unavailable`
 */
export async function openTextRunner(bundle: Bundle, threads: number): Promise<TextRunner> {
  const { TextRunner } = await import("./text-runner.ts");
  return TextRunner.open(bundle, threads);
}

/**
 * Opens the stack of a published checkpoint in this thread, see {@link openTextRunner}.
 *
 * @throws {ModelError} `graph_mismatch`, `attention_unavailable`
 */
export async function openCheckpointRunner(
  checkpoint: Checkpoint,
  threads: number,
): Promise<CheckpointRunner> {
  const { CheckpointRunner } = await import("./checkpoint-runner.ts");
  return CheckpointRunner.open(checkpoint, threads);
}
