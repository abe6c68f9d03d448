import type { Tensor } from "onnxruntime-node";
import { type KvShape, VisualCache } from "../cache/mod.ts";
import type { BundleManifest } from "./bundle-schema.ts";
import { floats } from "./graph.ts";

/** Sizes of a model's keys and values. */
export function kvShape({ transformer }: BundleManifest): KvShape {
  return { layers: transformer.layers, heads: transformer.heads, headWidth: transformer.head_width };
}

/** A unit's nominal duration (ms). */
export function unitMs({ vision }: BundleManifest): number {
  return (1000 * vision.frames_per_unit) / vision.fps;
}

/** An empty visual cache of a model's shape. Units older in time than a full window are out of it. */
export function makeVisualCache(
  manifest: BundleManifest,
  windowUnits: number,
  slackUnits: number,
): VisualCache {
  return new VisualCache({
    shape: kvShape(manifest),
    tokensPerUnit: manifest.vision.tokens_per_unit,
    sinkUnits: manifest.cache.visual_sink_units,
    windowUnits,
    maxAgeMs: (windowUnits + 0.5) * unitMs(manifest),
    slackUnits,
  });
}

/** A cache's arrays as inputs of a graph, by name; made once, read in place at every run. */
export function cacheTensors(
  prefix: string,
  cache: { readonly store: VisualCache["store"] },
): Record<string, Tensor> {
  const { store } = cache;
  const dims = [1, store.shape.heads, store.slots, store.shape.headWidth];
  const tensors: Record<string, Tensor> = {};
  store.keys.forEach((key, layer) => {
    tensors[`${prefix}_key.${layer}`] = floats(key, ...dims);
    tensors[`${prefix}_value.${layer}`] = floats(store.values[layer]!, ...dims);
  });
  return tensors;
}
