import { type Checkpoint, stackShape } from "../../models/mod.ts";
import { PREFILL_TOKENS } from "../../reasoner/mod.ts";
import { planCheckpoint } from "./checkpoint-plan.ts";

/**
 * What to expect of a checkpoint on this machine, in whole sentences: how often and how large it would look. One layer, the
 * head and the tower are timed at their true shapes; all layers take as long as one. Attention is not in it, so a start may
 * choose a little less.
 *
 * It loads the inference runtime into the calling thread. A service must not call it.
 *
 * @param sample a checkpoint of which only the second and the last text graph and the tower need to be there
 * @throws {ModelError} `graph_mismatch`; `bundle_unusable` when the model has no eyes
 */
export async function expectedSpeed(sample: Checkpoint, threads = 1): Promise<string> {
  const [{ openLayerSpeed }, { openTower }] = await Promise.all([
    import("../../attention/mod.ts"),
    import("../../vision/mod.ts"),
  ]);
  const shape = stackShape(sample.manifest);
  const tower = await openTower(sample, threads);
  const towers = await tower.measure();
  const { layerMs, headMs } = await openLayerSpeed(sample.paths.text, shape, threads);
  const [many, one] = [await layerMs(PREFILL_TOKENS), await layerMs(1)];
  const step = {
    rowMs: (shape.layers * many) / PREFILL_TOKENS,
    tokenMs: shape.layers * one + (await headMs()),
  };
  return planCheckpoint(sample.manifest, towers, step).because;
}
