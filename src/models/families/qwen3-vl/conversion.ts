import { z } from "zod";
import { optional, readConfig } from "../../convert/config-values.ts";
import type { CheckpointFiles, FamilyConversion, TowerConversion } from "../../convert/family-conversion.ts";
import { count, geluNamed } from "../eyes-config.ts";
import { qwenVision, readQwenShape, visionConfig } from "../qwen-conversion.ts";
import { buildQwen3Tower } from "./tower.ts";

const schema = z.object({
  hidden_size: optional(count),
  intermediate_size: optional(count),
  out_hidden_size: optional(count),
  hidden_act: optional(z.string()),
  num_position_embeddings: optional(count),
  deepstack_visual_indexes: optional(z.array(z.int().nonnegative())),
});

function tower(files: CheckpointFiles): TowerConversion {
  const vision = readConfig(schema, visionConfig(files.config));
  const spec = {
    ...readQwenShape(files.config, { depth: 27, patch: 16 }),
    width: vision.hidden_size ?? 1152,
    inner: vision.intermediate_size ?? 4304,
    outputs: vision.out_hidden_size ?? 3584,
    gelu: geluNamed(vision.hidden_act ?? "gelu_pytorch_tanh"),
    side: Math.floor(Math.sqrt(vision.num_position_embeddings ?? 2304)),
    deep: vision.deepstack_visual_indexes ?? [8, 16, 24],
  };
  const colours = { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] } satisfies Parameters<typeof qwenVision>[2];
  return {
    vision: { ...qwenVision(files, spec, colours), position_side: spec.side },
    build: (graph, tensors) => buildQwen3Tower(graph, tensors, spec),
  };
}

export const QWEN3_VL_CONVERSION: FamilyConversion = {
  name: "qwen3-vl",
  modelTypes: { qwen3_vl: "qwen3" },
  tower,
};
