import type { GraphBuilder, Value } from "../../convert/graph-builder.ts";
import type { CheckpointTensors } from "../../convert/safetensors.ts";
import { mergerMlp, QWEN_EPS, type QwenTower, qwenInputs, rotatedQkv, visualPrefix } from "../qwen-tower.ts";
import {
  attention,
  embedPatches,
  joinPatches,
  linearOf,
  outputTokens,
  type RotaryTables,
  rotaryTables,
} from "../tower-parts.ts";

export interface Qwen25Tower extends QwenTower {
  /** Layers whose patches attend to all patches of the unit. The others attend within windows. */
  readonly fullLayers: readonly number[];
  /** Side of a window (visual tokens). */
  readonly window: number;
}

/** What layers with windows need. */
interface Windowed {
  readonly gather: Value;
  readonly scatter: Value;
  /** `[windows, 1, 1, patches of a window]` */
  readonly hidden: Value;
  readonly tables: RotaryTables;
}

/** Qwen2.5-VL's tower (arXiv 2502.13923, section 2.1.1): windows in most layers, RMSNorm, a gated MLP. */
export function buildQwen25Tower(graph: GraphBuilder, tensors: CheckpointTensors, spec: Qwen25Tower): void {
  const { width, heads, inner, merge } = spec;
  const visual = visualPrefix(tensors);
  const { patches, places, kernel } = qwenInputs(graph, spec);
  const tables = rotaryTables(graph, places, width / heads);
  const windowed = windowInputs(graph, tables, windowSize(spec));
  const norm = (x: Value, name: string): Value =>
    graph.rmsNorm(x, tensors.get(`${name}.weight`, [width]), QWEN_EPS);
  let x = embedPatches(graph, patches, tensors, `${visual}.patch_embed.proj`, kernel, false);
  for (let layer = 0; layer < spec.layers; layer++) {
    const name = `${visual}.blocks.${layer}`;
    const qkv = linearOf(graph, norm(x, `${name}.norm1`), tensors, `${name}.attn.qkv`, 3 * width, width);
    const read = spec.fullLayers.includes(layer)
      ? attention(graph, ...rotatedQkv(graph, qkv, tables, spec), heads)
      : windowAttention(graph, qkv, windowed, spec);
    x = graph.add(x, linearOf(graph, read, tensors, `${name}.attn.proj`, width, width));
    const second = norm(x, `${name}.norm2`);
    const gate = graph.silu(linearOf(graph, second, tensors, `${name}.mlp.gate_proj`, inner, width));
    const up = linearOf(graph, second, tensors, `${name}.mlp.up_proj`, inner, width);
    x = graph.add(x, linearOf(graph, graph.mul(gate, up), tensors, `${name}.mlp.down_proj`, width, inner));
  }
  const joined = joinPatches(graph, norm(x, `${visual}.merger.ln_q`), width, merge);
  const mlp = [`${visual}.merger.mlp.0`, `${visual}.merger.mlp.2`] as const;
  outputTokens(graph, "x", mergerMlp(graph, joined, tensors, mlp, spec), spec.outputs);
}

/** Patches of a whole window. */
const windowSize = ({ window, merge }: Qwen25Tower): number => (window * merge) ** 2;

function windowInputs(graph: GraphBuilder, { cos, sin }: RotaryTables, size: number): Windowed {
  const gather = graph.input("window_gather", "int64", ["places"]);
  const hidden = graph.input("window_hidden", "float32", ["windows", size]);
  const scatter = graph.input("window_scatter", "int64", ["patches"]);
  const tables = { cos: graph.op("Gather", [cos, gather]), sin: graph.op("Gather", [sin, gather]) };
  return { gather, scatter, hidden: graph.reshape(hidden, [-1, 1, 1, size]), tables };
}

/** Attention within windows: patches are gathered into windows of one size, and back into their own order. */
function windowAttention(graph: GraphBuilder, qkv: Value, windows: Windowed, spec: Qwen25Tower): Value {
  const { width, heads } = spec;
  const [size, head] = [windowSize(spec), width / heads];
  const across = { attributes: { axis: { int: 1 } } };
  const gathered = graph.op("Gather", [qkv, windows.gather], across);
  const [q, k, v] = rotatedQkv(graph, gathered, windows.tables, spec);
  const split = (x: Value, axes: readonly number[]): Value =>
    graph.transpose(keepUnits(graph, x, [-1, size, heads, head]), axes);
  // Of each unit, each window and each head: [size, head] and [head, size].
  const [queries, keys, values] = [
    split(q, [0, 1, 3, 2, 4]),
    split(k, [0, 1, 3, 4, 2]),
    split(v, [0, 1, 3, 2, 4]),
  ];
  const scores = graph.mul(graph.op("MatMul", [queries, keys]), graph.scalar(head ** -0.5));
  const weights = graph.op("Softmax", [graph.add(scores, windows.hidden)], {
    attributes: { axis: { int: -1 } },
  });
  const read = graph.transpose(graph.op("MatMul", [weights, values]), [0, 1, 3, 2, 4]);
  return graph.op("Gather", [keepUnits(graph, read, [-1, width]), windows.scatter], across);
}

/** Another shape behind the first axis, which stays as it is. */
function keepUnits(graph: GraphBuilder, x: Value, rest: readonly number[]): Value {
  const units = graph.op("Shape", [x], { attributes: { end: { int: 1 } } });
  return graph.op("Reshape", [x, graph.concat([units, graph.ints(...rest)], 0)]);
}
