import { isCheckpoint } from "../models/mod.ts";
import type { TowerSpeed, VisionSetup } from "./messages.ts";
import { TowerRunner } from "./tower-runner.ts";
import type { VisionModel } from "./vision-model.ts";
import { VisionRunner } from "./vision-runner.ts";

/** Opens what a worker was started with. @throws {ModelError} `graph_mismatch`, `attention_unavailable` */
export async function openVisionModel({ model, threads }: VisionSetup): Promise<{
  readonly model: VisionModel;
  readonly speeds: readonly TowerSpeed[];
}> {
  if (!isCheckpoint(model)) return { model: await VisionRunner.open(model, threads), speeds: [] };
  const tower = await TowerRunner.open(model, threads);
  return { model: tower, speeds: await tower.measure() };
}
