import type { Gelu, GraphBuilder, Value } from "../convert/graph-builder.ts";
import type { CheckpointTensors } from "../convert/safetensors.ts";
import { linearOf, type RotaryTables, rotate } from "./tower-parts.ts";

/** What there is to know of every Qwen tower. */
export interface QwenTower {
  readonly layers: number;
  readonly width: number;
  readonly heads: number;
  /** Width of the hidden layer of an MLP. */
  readonly inner: number;
  /** Side of a patch (px). */
  readonly patch: number;
  /** Side of the square of patches that becomes one visual token (patches). */
  readonly merge: number;
  /** Frames of a patch. */
  readonly temporal: number;
  /** Width of a visual token. */
  readonly outputs: number;
}

/** All norms of these towers (a constant in transformers, too). */
export const QWEN_EPS = 1e-6;

/** Merging is an MLP with the exact GELU in each of them. */
export const MERGER_GELU: Gelu = "erf";

/** What the names of the tower's tensors begin with: `visual.` as published, `model.visual.` as saved since. */
export function visualPrefix(tensors: CheckpointTensors): string {
  return tensors.has("visual.patch_embed.proj.weight") ? "visual" : "model.visual";
}

/** The inputs of every Qwen tower, and a patch's shape in the checkpoint. */
export function qwenInputs(
  graph: GraphBuilder,
  spec: QwenTower,
): { patches: Value; places: Value; kernel: number[] } {
  const { patch, temporal, width } = spec;
  const kernel = [width, 3, temporal, patch, patch];
  const values = 3 * temporal * patch * patch;
  return {
    patches: graph.input("patches", "float32", ["units", "patches", values]),
    places: graph.input("places", "float32", ["patches", 2]),
    kernel,
  };
}

/** Queries, keys and values of a layer, the first two rotated. */
export function rotatedQkv(
  graph: GraphBuilder,
  qkv: Value,
  tables: RotaryTables,
  { width, heads }: QwenTower,
): readonly [q: Value, k: Value, v: Value] {
  const [q, k, v] = graph.split(qkv, [width, width, width], -1) as [Value, Value, Value];
  return [rotate(graph, q, tables, heads), rotate(graph, k, tables, heads), v];
}

/** The last step of a tower: an MLP over the joined patches of each visual token. */
export function mergerMlp(
  graph: GraphBuilder,
  joined: Value,
  tensors: CheckpointTensors,
  [first, second]: readonly [string, string],
  { width, merge, outputs }: QwenTower,
): Value {
  const wide = merge * merge * width;
  const hidden = graph.gelu(linearOf(graph, joined, tensors, first, wide, wide), MERGER_GELU);
  return linearOf(graph, hidden, tensors, second, outputs, wide);
}
