import { z } from "zod";
import { optional, readConfig, unsupported } from "../../convert/config-values.ts";
import type { CheckpointFiles, FamilyConversion, TowerConversion } from "../../convert/family-conversion.ts";
import { count } from "../eyes-config.ts";
import { CLIP_COLOURS, qwenVision, readQwenShape, visionConfig } from "../qwen-conversion.ts";
import { buildQwen25Tower } from "./tower.ts";

const schema = z.object({
  hidden_size: optional(count),
  intermediate_size: optional(count),
  out_hidden_size: optional(count),
  hidden_act: optional(z.string()),
  window_size: optional(count),
  fullatt_block_indexes: optional(z.array(z.int().nonnegative())),
  tokens_per_second: optional(z.number().positive()),
});

function tower(files: CheckpointFiles): TowerConversion {
  const vision = readConfig(schema, visionConfig(files.config));
  if ((vision.hidden_act ?? "silu") !== "silu") {
    throw unsupported(`the activation "${vision.hidden_act}" of its vision tower is not known here`);
  }
  const shape = readQwenShape(files.config, { depth: 32, patch: 14 });
  const spec = {
    ...shape,
    width: vision.hidden_size ?? 3584,
    inner: vision.intermediate_size ?? 3420,
    outputs: vision.out_hidden_size ?? 3584,
    fullLayers: vision.fullatt_block_indexes ?? [7, 15, 23, 31],
    window: Math.floor((vision.window_size ?? 112) / shape.merge / shape.patch),
  };
  return {
    vision: {
      ...qwenVision(files, spec, CLIP_COLOURS),
      tokens_per_second: vision.tokens_per_second ?? 4,
      window: spec.window,
    },
    build: (graph, tensors) => buildQwen25Tower(graph, tensors, spec),
  };
}

export const QWEN25_VL_CONVERSION: FamilyConversion = {
  name: "qwen2.5-vl",
  modelTypes: { qwen2_5_vl: "qwen2" },
  tower,
};
