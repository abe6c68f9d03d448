import { z } from "zod";
import { objectAt, optional, readConfig, unsupported } from "../../convert/config-values.ts";
import type { CheckpointFiles, FamilyConversion, TowerConversion } from "../../convert/family-conversion.ts";
import { textConfig } from "../../convert/text-stack-spec.ts";
import { count, geluNamed, readColours, readFps } from "../eyes-config.ts";
import { buildIdefics3Tower } from "./tower.ts";

const visionSchema = z.object({
  hidden_size: optional(count),
  intermediate_size: optional(count),
  num_hidden_layers: optional(count),
  num_attention_heads: optional(count),
  image_size: optional(count),
  patch_size: optional(count),
  layer_norm_eps: optional(z.number().positive()),
  hidden_act: optional(z.string()),
});
const edge = optional(z.object({ longest_edge: optional(count) }));

/** Whole visual tokens that fit in a side (px). */
const tokensIn = (side: number, patch: number, merge: number): number => Math.floor(side / (patch * merge));

function tower({ config, preprocessor }: CheckpointFiles): TowerConversion {
  const vision = readConfig(visionSchema, objectAt(config, "vision_config"));
  const top = readConfig(z.object({ scale_factor: optional(count) }), config);
  const { hidden_size: outputs } = readConfig(z.object({ hidden_size: count }), textConfig(config));
  const sizes = readConfig(z.object({ max_image_size: edge }), preprocessor, "preprocessor_config.json");
  // What config.json leaves out is as in transformers.
  const { patch_size: patch = 32, image_size: picture = 224, hidden_size: width = 1152 } = vision;
  const merge = top.scale_factor ?? 2;
  const largest = Math.min(picture, sizes.max_image_size?.longest_edge ?? picture);
  if (tokensIn(largest, patch, merge) === 0) {
    throw unsupported(`pictures of ${largest} px have no room for a visual token of ${patch * merge} px`);
  }
  const smaller = [0.75, 0.5].map((part) => tokensIn(largest * part, patch, merge) * patch * merge);
  const spec = {
    layers: vision.num_hidden_layers ?? 12,
    width,
    heads: vision.num_attention_heads ?? 16,
    inner: vision.intermediate_size ?? 3072,
    eps: vision.layer_norm_eps ?? 1e-6,
    gelu: geluNamed(vision.hidden_act ?? "gelu_pytorch_tanh"),
    patch,
    merge,
    side: Math.floor(picture / patch),
    outputs,
  };
  return {
    vision: {
      patch,
      merge,
      temporal_patch: 1,
      ...readColours(preprocessor, { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] }),
      sides: [...new Set([largest, ...smaller.filter((side) => side > 0)])],
      fps: readFps(preprocessor, 1),
      position_side: spec.side,
    },
    build: (graph, tensors) => buildIdefics3Tower(graph, tensors, spec),
  };
}

/** SmolVLM, SmolVLM2 and Idefics3. */
export const IDEFICS3_CONVERSION: FamilyConversion = {
  name: "idefics3",
  modelTypes: { smolvlm: "llama", idefics3: "llama" },
  tower,
};
