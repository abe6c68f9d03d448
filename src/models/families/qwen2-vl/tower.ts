import type { Gelu, GraphBuilder } from "../../convert/graph-builder.ts";
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

/** Qwen2-VL's tower (arXiv 2409.12191, section 2.1). */
export function buildQwen2Tower(
  graph: GraphBuilder,
  tensors: CheckpointTensors,
  spec: QwenTower & { readonly gelu: Gelu },
): void {
  const { width, heads, inner, merge } = spec;
  const visual = visualPrefix(tensors);
  const { patches, places, kernel } = qwenInputs(graph, spec);
  const tables = rotaryTables(graph, places, width / heads);
  let x = embedPatches(graph, patches, tensors, `${visual}.patch_embed.proj`, kernel, false);
  for (let layer = 0; layer < spec.layers; layer++) {
    const name = `${visual}.blocks.${layer}`;
    const normed = layerNormOf(graph, x, tensors, `${name}.norm1`, width, QWEN_EPS);
    const qkv = linearOf(graph, normed, tensors, `${name}.attn.qkv`, 3 * width, width);
    const read = attention(graph, ...rotatedQkv(graph, qkv, tables, spec), heads);
    x = graph.add(x, linearOf(graph, read, tensors, `${name}.attn.proj`, width, width));
    const second = layerNormOf(graph, x, tensors, `${name}.norm2`, width, QWEN_EPS);
    const hidden = graph.gelu(linearOf(graph, second, tensors, `${name}.mlp.fc1`, inner, width), spec.gelu);
    x = graph.add(x, linearOf(graph, hidden, tensors, `${name}.mlp.fc2`, width, inner));
  }
  const normed = layerNormOf(graph, x, tensors, `${visual}.merger.ln_q`, width, QWEN_EPS);
  const mlp = [`${visual}.merger.mlp.0`, `${visual}.merger.mlp.2`] as const;
  outputTokens(
    graph,
    "x",
    mergerMlp(graph, joinPatches(graph, normed, width, merge), tensors, mlp, spec),
    spec.outputs,
  );
}
