import { type Checkpoint, stackShape } from "../../models/mod.ts";
import { type CachedTime, PREFILL_TOKENS } from "../../reasoner/mod.ts";
import { planCheckpoint } from "./checkpoint-plan.ts";

/** Cached tokens with which attention is timed. */
const CACHED = 1024;

/**
 * What to expect of a checkpoint on this machine, in whole sentences: how often and how large it would look. One layer, the
 * head and the tower are timed at their true shapes; all layers take as long as one.
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
  const { layerMs, attentionMs, headMs } = await openLayerSpeed(sample.paths.text, shape, threads);
  const time = async (rows: number, behind: number): Promise<CachedTime> => {
    const [little, much] = [await attentionMs(rows, 0), await attentionMs(rows, CACHED)];
    return {
      base: (shape.layers * ((await layerMs(rows)) + little) + behind) / rows,
      each: (shape.layers * Math.max(0, much - little)) / CACHED / rows,
    };
  };
  const step = { rowMs: await time(PREFILL_TOKENS, 0), tokenMs: await time(1, await headMs()) };
  return planCheckpoint(sample.manifest, towers, step).because;
}
