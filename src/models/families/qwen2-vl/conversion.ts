import { z } from "zod";
import { optional, readConfig } from "../../convert/config-values.ts";
import type { CheckpointFiles, FamilyConversion, TowerConversion } from "../../convert/family-conversion.ts";
import { count, geluNamed } from "../eyes-config.ts";
import { CLIP_COLOURS, qwenVision, readQwenShape, visionConfig } from "../qwen-conversion.ts";
import { buildQwen2Tower } from "./tower.ts";

const schema = z.object({
  embed_dim: optional(count),
  hidden_size: optional(count),
  mlp_ratio: optional(z.number().positive()),
  hidden_act: optional(z.string()),
});

function tower(files: CheckpointFiles): TowerConversion {
  const vision = readConfig(schema, visionConfig(files.config));
  const width = vision.embed_dim ?? 1280;
  const spec = {
    ...readQwenShape(files.config, { depth: 32, patch: 14 }),
    width,
    inner: Math.floor(width * (vision.mlp_ratio ?? 4)),
    outputs: vision.hidden_size ?? 3584,
    gelu: geluNamed(vision.hidden_act ?? "quick_gelu"),
  };
  return {
    vision: qwenVision(files, spec, CLIP_COLOURS),
    build: (graph, tensors) => buildQwen2Tower(graph, tensors, spec),
  };
}

export const QWEN2_VL_CONVERSION: FamilyConversion = {
  name: "qwen2-vl",
  modelTypes: { qwen2_vl: "qwen2" },
  tower,
};
