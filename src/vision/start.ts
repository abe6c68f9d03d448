import type { Worker } from "node:worker_threads";
import type { Bundle, Checkpoint } from "../models/mod.ts";
import { spawnWorker } from "../worker/mod.ts";
import type { ImageEncoder } from "./image-encoder.ts";
import type { VisionSetup } from "./messages.ts";
import type { TowerRunner } from "./tower-runner.ts";
import type { VisionRunner } from "./vision-runner.ts";

/**
 * Opens the vision tower of a published checkpoint in this thread, see {@link openVisionRunner}.
 *
 * @throws {ModelError} `graph_mismatch`; `bundle_unusable` when the model has no eyes
 */
export async function openTower(checkpoint: Checkpoint, threads: number): Promise<TowerRunner> {
  const { TowerRunner } = await import("./tower-runner.ts");
  return TowerRunner.open(checkpoint, threads);
}

/** Starts the vision worker. */
export function spawnVision(setup: VisionSetup): Worker {
  return spawnWorker(import.meta.url, "vision-worker", setup, [setup.publish]);
}

/**
 * Opens vision in this thread. Only this loads the inference runtime: the main thread of the service never does.
 *
 * @param threads of the inference
 * @throws {ModelError} `graph_mismatch`, `attention_unavailable`
 */
export async function openVisionRunner(bundle: Bundle, threads: number): Promise<VisionRunner> {
  const { VisionRunner } = await import("./vision-runner.ts");
  return VisionRunner.open(bundle, threads);
}

/**
 * Opens the image encoder alone in this thread, see {@link openVisionRunner}.
 *
 * @throws {ModelError} `graph_mismatch`
 */
export async function openImageEncoder(bundle: Bundle, threads: number): Promise<ImageEncoder> {
  const { openEncoder } = await import("./open-image-encoder.ts");
  return openEncoder(bundle, threads);
}
