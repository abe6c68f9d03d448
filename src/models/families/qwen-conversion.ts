import { z } from "zod";
import { type JsonObject, objectAt, optional, readConfig } from "../convert/config-values.ts";
import type { CheckpointFiles, TowerConversion } from "../convert/family-conversion.ts";
import { type Colours, count, readColours, readFps } from "./eyes-config.ts";
import type { QwenTower } from "./qwen-tower.ts";

/** The part of config.json that every Qwen tower has. What it leaves out is as in transformers. */
const visionSchema = z.object({
  depth: optional(count),
  num_heads: optional(count),
  patch_size: optional(count),
  spatial_merge_size: optional(count),
  temporal_patch_size: optional(count),
});

/** Longest sides of a picture that are offered, in visual tokens: 672, 448, 336 and 224 px at 28 px a token. */
const SIDES = [24, 16, 12, 8];

/** As OpenAI's CLIP normalises colours. */
export const CLIP_COLOURS: Colours = {
  mean: [0.48145466, 0.4578275, 0.40821073],
  std: [0.26862954, 0.26130258, 0.27577711],
};

/** `vision_config` of config.json. */
export const visionConfig = (config: JsonObject): JsonObject => objectAt(config, "vision_config");

/** What all Qwen towers say alike, but for their widths. */
export function readQwenShape(
  config: JsonObject,
  usual: { readonly depth: number; readonly patch: number },
): Omit<QwenTower, "width" | "inner" | "outputs"> {
  const vision = readConfig(visionSchema, visionConfig(config));
  return {
    layers: vision.depth ?? usual.depth,
    heads: vision.num_heads ?? 16,
    patch: vision.patch_size ?? usual.patch,
    merge: vision.spatial_merge_size ?? 2,
    temporal: vision.temporal_patch_size ?? 2,
  };
}

/** `vision` of bundle.json, as far as all Qwen towers have it. */
export function qwenVision(
  { preprocessor }: CheckpointFiles,
  { patch, merge, temporal }: Pick<QwenTower, "patch" | "merge" | "temporal">,
  colours: Colours,
): TowerConversion["vision"] {
  return {
    patch,
    merge,
    temporal_patch: temporal,
    ...readColours(preprocessor, colours),
    sides: SIDES.map((tokens) => tokens * patch * merge),
    fps: readFps(preprocessor, 2),
  };
}
