import type { Gelu, GraphBuilder, Value } from "../../convert/graph-builder.ts";
import type { CheckpointTensors } from "../../convert/safetensors.ts";
import { mergerMlp, QWEN_EPS, type QwenTower, qwenInputs, rotatedQkv, visualPrefix } from "../qwen-tower.ts";
import {
  attention,
  embedPatches,
  joinPatches,
  layerNormOf,
  linearOf,
  outputTokens,
  rotaryTables,
} from "../tower-parts.ts";

export interface Qwen3Tower extends QwenTower {
  readonly gelu: Gelu;
  /** Side of the table of learned positions (patches). */
  readonly side: number;
  /** Layers after which features go to the text stack (DeepStack), in its order. */
  readonly deep: readonly number[];
}

/** Qwen3-VL's tower: learned positions besides rotation, and DeepStack (arXiv 2406.04334). */
export function buildQwen3Tower(graph: GraphBuilder, tensors: CheckpointTensors, spec: Qwen3Tower): void {
  const { width, heads, inner, merge, outputs } = spec;
  const visual = visualPrefix(tensors);
  const { patches, places, kernel } = qwenInputs(graph, spec);
  const positions = learnedPositions(graph, tensors, `${visual}.pos_embed`, spec);
  const tables = rotaryTables(graph, places, width / heads);
  let x = graph.add(
    embedPatches(graph, patches, tensors, `${visual}.patch_embed.proj`, kernel, true),
    positions,
  );
  for (let layer = 0; layer < spec.layers; layer++) {
    const name = `${visual}.blocks.${layer}`;
    const normed = layerNormOf(graph, x, tensors, `${name}.norm1`, width, QWEN_EPS);
    const qkv = linearOf(graph, normed, tensors, `${name}.attn.qkv`, 3 * width, width);
    const read = attention(graph, ...rotatedQkv(graph, qkv, tables, spec), heads);
    x = graph.add(x, linearOf(graph, read, tensors, `${name}.attn.proj`, width, width));
    const second = layerNormOf(graph, x, tensors, `${name}.norm2`, width, QWEN_EPS);
    const hidden = graph.gelu(
      linearOf(graph, second, tensors, `${name}.mlp.linear_fc1`, inner, width),
      spec.gelu,
    );
    x = graph.add(x, linearOf(graph, hidden, tensors, `${name}.mlp.linear_fc2`, width, inner));
    const deep = spec.deep.indexOf(layer);
    if (deep < 0) continue;
    const merger = `${visual}.deepstack_merger_list.${deep}`;
    const joined = joinPatches(graph, x, width, merge);
    const features = layerNormOf(graph, joined, tensors, `${merger}.norm`, merge * merge * width, QWEN_EPS);
    outputTokens(graph, `deep.${deep}`, merged(graph, features, tensors, merger, spec), outputs);
  }
  const normed = layerNormOf(graph, x, tensors, `${visual}.merger.norm`, width, QWEN_EPS);
  const joined = joinPatches(graph, normed, width, merge);
  outputTokens(graph, "x", merged(graph, joined, tensors, `${visual}.merger`, spec), outputs);
}

function merged(
  graph: GraphBuilder,
  x: Value,
  tensors: CheckpointTensors,
  name: string,
  spec: Qwen3Tower,
): Value {
  return mergerMlp(graph, x, tensors, [`${name}.linear_fc1`, `${name}.linear_fc2`], spec);
}

/** Rows of the table, four for each patch, weighed: `[patches, width]`. */
function learnedPositions(
  graph: GraphBuilder,
  tensors: CheckpointTensors,
  name: string,
  spec: Qwen3Tower,
): Value {
  const { side, width } = spec;
  const indices = graph.input("table_indices", "int64", ["patches", 4]);
  const weights = graph.input("table_weights", "float32", ["patches", 4]);
  const table = graph.weight(tensors.get(`${name}.weight`, [side * side, width]));
  const rows = graph.op("Gather", [table, indices]);
  const weighed = graph.mul(rows, graph.reshape(weights, [0, 4, 1]));
  return graph.op("ReduceSum", [weighed, graph.ints(1)], { attributes: { keepdims: { int: 0 } } });
}
