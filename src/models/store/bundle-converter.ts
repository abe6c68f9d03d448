import { bundlePlan } from "../convert/bundle-plan.ts";
import { readCheckpointFolder } from "../convert/checkpoint-folder.ts";
import { findFamily } from "../convert/find-family.ts";
import { CheckpointTensors, convertCheckpoint } from "../convert/mod.ts";
import type { Converter } from "./converter.ts";

/** The conversion of checkpoints into bundles. */
export const BUNDLE_CONVERTER: Converter = {
  check(config) {
    findFamily(config as Readonly<Record<string, unknown>>);
  },

  async measure(source, weights) {
    const folder = await readCheckpointFolder(source);
    const tensors = await CheckpointTensors.open(source);
    try {
      const { license } = folder;
      const { files } = bundlePlan(folder, tensors, { weights, id: source, revision: null, license });
      const graphs = files.filter(({ name }) => name.endsWith(".onnx"));
      return { bytes: sum(files), graphBytes: sum(graphs), license };
    } finally {
      await tensors.close();
    }
  },

  convert: convertCheckpoint,
};

function sum(files: readonly { readonly bytes: number }[]): number {
  return files.reduce((total, { bytes }) => total + bytes, 0);
}
