import { type KvMemory, type KvShape, VisualCache } from "../cache/mod.ts";
import type { BundleManifest } from "./bundle-schema.ts";

/** Shape of a model's keys and values. */
export function kvShape({ transformer }: BundleManifest): KvShape {
  return { layers: transformer.layers, heads: transformer.heads, headWidth: transformer.head_width };
}

/** A unit's nominal duration (ms). */
export function unitMs({ vision }: BundleManifest): number {
  return (1000 * vision.frames_per_unit) / vision.fps;
}

/** An empty visual cache of a model's shape. A unit that is older than the duration of a full window leaves it. */
export function makeVisualCache(
  memory: KvMemory,
  manifest: BundleManifest,
  windowUnits: number,
  slackUnits: number,
): VisualCache {
  return new VisualCache({
    memory,
    shape: kvShape(manifest),
    tokensPerUnit: manifest.vision.tokens_per_unit,
    sinkUnits: manifest.cache.visual_sink_units,
    windowUnits,
    maxAgeMs: (windowUnits + 0.5) * unitMs(manifest),
    slackUnits,
  });
}
