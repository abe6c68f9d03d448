import type { KvShape, Rope } from "../cache/mod.ts";
import type { BundleManifest } from "./bundle-schema.ts";
import type { CheckpointManifest } from "./checkpoint-schema.ts";

/** Shape of a transformer stack, whatever model it is part of. */
export interface StackShape {
  readonly layers: number;
  /** Width of a hidden state. */
  readonly width: number;
  /** What says so in bundle.json. */
  readonly widthField: string;
  /** Query heads. */
  readonly heads: number;
  /** Of its keys and values. */
  readonly kv: KvShape;
  readonly vocabulary: number;
  /** Layers after which visual features are added (DeepStack); the first so many. */
  readonly deepLayers: number;
  readonly rope: Rope;
}

/** Shape of both stacks of a model with two, or of the only one. */
export function stackShape(manifest: BundleManifest | CheckpointManifest): StackShape {
  if (manifest.architecture === "two-stack") {
    const { layers, heads, head_width: headWidth, rope_base: base, vocabulary } = manifest.transformer;
    const kv = { layers, heads, headWidth };
    const widthField = "transformer.heads × transformer.head_width";
    const width = heads * headWidth;
    return { layers, width, widthField, heads, kv, vocabulary, deepLayers: 0, rope: { base } };
  }
  const { layers, width, heads, kv_heads, head_width, vocabulary, deep_layers, rope } = manifest.transformer;
  const kv = {
    layers,
    heads: kv_heads,
    headWidth: head_width,
    precision: manifest.cache.kv ?? ("f32" as const),
  };
  const widthField = "transformer.width";
  return { layers, width, widthField, heads, kv, vocabulary, deepLayers: deep_layers, rope };
}
