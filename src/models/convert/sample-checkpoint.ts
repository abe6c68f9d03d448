import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Checkpoint } from "../checkpoint.ts";
import { checkpointSchema, type WeightWidth } from "../checkpoint-schema.ts";
import { bundlePlan } from "./bundle-plan.ts";
import { readCheckpointFolder } from "./checkpoint-folder.ts";
import { CheckpointTensors } from "./safetensors.ts";

/**
 * Lets something run a sample of a checkpoint's bundle, without converting the whole: its second text graph, which is one
 * layer, its last one, which has the head, and its tower. Its other files are missing. The numbers in the weights may be
 * anything; how long a graph takes does not depend on them.
 *
 * @param source folder of the checkpoint
 * @throws {ModelError} as a conversion does
 */
export async function withSample<T>(
  source: string,
  weights: WeightWidth,
  act: (sample: Checkpoint) => Promise<T>,
): Promise<T> {
  const folder = await readCheckpointFolder(source);
  const tensors = await CheckpointTensors.open(source);
  const dir = await mkdtemp(join(tmpdir(), "thinkalong-sample-"));
  try {
    const plan = bundlePlan(folder, tensors, {
      weights,
      id: source,
      revision: null,
      license: folder.license,
    });
    const manifest = checkpointSchema.parse({ ...plan.manifest, files: {} });
    const { text, tower } = manifest.graphs;
    const wanted = [text[1], text.at(-1), tower];
    for (const { name, write } of plan.files) if (wanted.includes(name)) await write(join(dir, name), {});
    return await act({
      dir,
      manifest,
      paths: {
        tower: tower === null ? null : join(dir, tower),
        text: text.map((name) => join(dir, name)),
        embeddings: join(dir, manifest.embeddings.file),
      },
      tokenizer: { model: {}, config: {} },
    });
  } finally {
    await tensors.close();
    await rm(dir, { recursive: true, force: true });
  }
}
