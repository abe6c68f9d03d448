import type { Gelu, GraphBuilder, Value } from "../../convert/graph-builder.ts";
import type { CheckpointTensors } from "../../convert/safetensors.ts";
import { concatenateRows } from "../../convert/tensor-ref.ts";
import {
  attention,
  embedPatches,
  joinPatches,
  layerNormOf,
  linearOf,
  outputTokens,
  weightAndBias,
} from "../tower-parts.ts";

/** What there is to know of a SigLIP tower with Idefics3's connector. */
export interface Idefics3Tower {
  readonly layers: number;
  readonly width: number;
  readonly heads: number;
  /** Width of the hidden layer of an MLP. */
  readonly inner: number;
  readonly eps: number;
  readonly gelu: Gelu;
  /** Side of a patch (px). */
  readonly patch: number;
  /** Side of the square of patches that becomes one visual token (patches). */
  readonly merge: number;
  /** Side of the table of learned positions (patches). */
  readonly side: number;
  /** Width of a visual token. */
  readonly outputs: number;
}

/**
 * SigLIP's encoder (arXiv 2303.15343), pixel shuffle and projection, as in Idefics3 (arXiv 2408.12637). Patches of one
 * visual token stand side by side already, so the shuffle moves nothing.
 */
export function buildIdefics3Tower(
  graph: GraphBuilder,
  tensors: CheckpointTensors,
  spec: Idefics3Tower,
): void {
  const { width, patch, merge, side } = spec;
  const eyes = "model.vision_model";
  const patches = graph.input("patches", "float32", ["units", "patches", 3 * patch * patch]);
  const positions = graph.input("positions", "int64", ["patches"]);
  const kernel = [width, 3, patch, patch];
  const table = graph.weight(
    tensors.get(`${eyes}.embeddings.position_embedding.weight`, [side * side, width]),
  );
  let x = graph.add(
    embedPatches(graph, patches, tensors, `${eyes}.embeddings.patch_embedding`, kernel, true),
    graph.op("Gather", [table, positions]),
  );
  for (let layer = 0; layer < spec.layers; layer++) {
    x = encoderLayer(graph, x, tensors, `${eyes}.encoder.layers.${layer}`, spec);
  }
  x = layerNormOf(graph, x, tensors, `${eyes}.post_layernorm`, width, spec.eps);
  const joined = joinPatches(graph, x, width, merge);
  const shape = [spec.outputs, merge * merge * width];
  const projection = tensors.get("model.connector.modality_projection.proj.weight", shape);
  outputTokens(graph, "x", graph.linear(joined, projection), spec.outputs);
}

function encoderLayer(
  graph: GraphBuilder,
  x: Value,
  tensors: CheckpointTensors,
  name: string,
  { width, heads, inner, eps, gelu }: Idefics3Tower,
): Value {
  const normed = layerNormOf(graph, x, tensors, `${name}.layer_norm1`, width, eps);
  const parts = ["q_proj", "k_proj", "v_proj"].map((part) =>
    weightAndBias(tensors, `${name}.self_attn.${part}`, width, width),
  );
  const bias = concatenateRows(parts.map((part) => part.bias));
  const qkv = graph.linear(normed, concatenateRows(parts.map(({ weight }) => weight)), { bias });
  const [q, k, v] = graph.split(qkv, [width, width, width], -1) as [Value, Value, Value];
  const read = attention(graph, q, k, v, heads);
  const attended = graph.add(x, linearOf(graph, read, tensors, `${name}.self_attn.out_proj`, width, width));
  const second = layerNormOf(graph, attended, tensors, `${name}.layer_norm2`, width, eps);
  const hidden = graph.gelu(linearOf(graph, second, tensors, `${name}.mlp.fc1`, inner, width), gelu);
  return graph.add(attended, linearOf(graph, hidden, tensors, `${name}.mlp.fc2`, width, inner));
}
