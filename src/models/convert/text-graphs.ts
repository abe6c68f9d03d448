import type { WeightWidth } from "../checkpoint-schema.ts";
import { unsupported } from "./config-values.ts";
import { GraphBuilder, type Value } from "./graph-builder.ts";
import type { CheckpointTensors } from "./safetensors.ts";
import { concatenateRows, scaleRows, type TensorRef } from "./tensor-ref.ts";
import type { TextStackSpec } from "./text-stack-spec.ts";

/** Tensors that older versions of transformers stored, and that follow from config.json. */
const DERIVED = /\.rotary_emb\.inv_freq$/;

/**
 * The graphs of a text stack, cut at its attentions: `layers + 1` of them. Attention itself, with the rotation of keys
 * and queries, is done between them.
 *
 * - the first: `x [rows, width]` → `qkv [rows, (heads + 2 · kv_heads) · head_width]`
 * - graph i: `x`, `read [rows, heads · head_width]`, and `deep [rows, width]` if i ≤ deep layers → `x_out`, `qkv`
 * - the last: `x`, `read` → `logits [rows, vocabulary]`
 *
 * The query is already divided by the root of the head's width.
 *
 * @throws {ModelError} `checkpoint_invalid` when a tensor is missing or has another shape, `checkpoint_unsupported` when a
 *   layer has tensors that these graphs would leave out
 */
export function textGraphs(
  spec: TextStackSpec,
  tensors: CheckpointTensors,
  weights: WeightWidth,
): GraphBuilder[] {
  const used = new Set<string>();
  const get = (name: string, ...shape: number[]): TensorRef => {
    used.add(name);
    return tensors.get(name, shape);
  };
  const layer = new TextLayers(spec, get);
  const graphs: GraphBuilder[] = [];
  for (let i = 0; i <= spec.layers; i++) {
    const graph = new GraphBuilder({ weights });
    let x = graph.input("x", "float32", ["rows", spec.width]);
    if (i > 0) {
      const read = graph.input("read", "float32", ["rows", spec.heads * spec.headWidth]);
      x = layer.afterAttention(graph, i - 1, x, read);
      if (i <= spec.deepLayers && i < spec.layers) {
        x = graph.add(x, graph.input("deep", "float32", ["rows", spec.width]));
      }
    }
    if (i === spec.layers) {
      const normed = graph.rmsNorm(x, get(`${spec.prefix}norm.weight`, spec.width), spec.eps);
      const head = get(spec.head, spec.vocabulary, spec.width);
      graph.output("logits", graph.linear(normed, head, HEAD_WEIGHTS[weights]), ["rows", spec.vocabulary]);
    } else {
      if (i > 0) graph.output("x_out", x, ["rows", spec.width]);
      const { heads, kvHeads, headWidth } = spec;
      graph.output("qkv", layer.beforeAttention(graph, i, x), ["rows", (heads + 2 * kvHeads) * headWidth]);
    }
    graphs.push(graph);
  }
  requireAllUsed(tensors.names, `${spec.prefix}layers.`, used);
  return graphs;
}

/** The head decides between words that are close. It keeps eight bits where the layers have four. */
const HEAD_WEIGHTS = { q4: { weights: "q8" }, q8: {}, fp32: {} } as const;

function requireAllUsed(names: readonly string[], prefix: string, used: ReadonlySet<string>): void {
  const extra = names.find((name) => name.startsWith(prefix) && !used.has(name) && !DERIVED.test(name));
  if (extra === undefined) return;
  throw unsupported(
    `it has a tensor ${extra}, which does not belong to the architecture that config.json names`,
  );
}

/** The two parts of a layer: what comes before its attention, and what comes after it. */
export class TextLayers {
  private readonly spec: TextStackSpec;
  private readonly get: (name: string, ...shape: number[]) => TensorRef;

  constructor(spec: TextStackSpec, get: (name: string, ...shape: number[]) => TensorRef) {
    this.spec = spec;
    this.get = get;
  }

  /** Norm and projections to the query, the key and the value. */
  beforeAttention(graph: GraphBuilder, layer: number, x: Value): Value {
    const { width, heads, kvHeads, headWidth, eps, biases, qkNorm } = this.spec;
    const name = (part: string) => this.nameOf(layer, part);
    const normed = graph.rmsNorm(x, this.get(name("input_layernorm.weight"), width), eps);
    const scale = 1 / Math.sqrt(headWidth);
    const [q, k] = [heads * headWidth, kvHeads * headWidth];
    const queryScale = (tensor: TensorRef) => (qkNorm ? tensor : scaleRows(tensor, scale));
    const joined = (part: "weight" | "bias", ...row: number[]) =>
      concatenateRows([
        queryScale(this.get(name(`self_attn.q_proj.${part}`), q, ...row)),
        this.get(name(`self_attn.k_proj.${part}`), k, ...row),
        this.get(name(`self_attn.v_proj.${part}`), k, ...row),
      ]);
    const bias = biases.qkv ? { bias: joined("bias") } : {};
    const qkv = graph.linear(normed, joined("weight", width), bias);
    if (!qkNorm) return qkv;
    const [query, key, value] = graph.split(qkv, [q, k, k], 1) as [Value, Value, Value];
    const norm = (of: Value, count: number, weight: TensorRef) => {
      const each = graph.rmsNorm(graph.reshape(of, [-1, count, headWidth]), weight, eps);
      return graph.reshape(each, [-1, count * headWidth]);
    };
    const queryNorm = scaleRows(this.get(name("self_attn.q_norm.weight"), headWidth), scale);
    const keyNorm = this.get(name("self_attn.k_norm.weight"), headWidth);
    return graph.concat([norm(query, heads, queryNorm), norm(key, kvHeads, keyNorm), value], 1);
  }

  /** Projection of what attention has read, and the MLP, each added to `x`. */
  afterAttention(graph: GraphBuilder, layer: number, x: Value, read: Value): Value {
    const { width, heads, headWidth, inner, eps, biases } = this.spec;
    const linear = (of: Value, part: string, outputs: number, inputs: number, hasBias: boolean) => {
      const bias = hasBias ? { bias: this.get(this.nameOf(layer, `${part}.bias`), outputs) } : {};
      return graph.linear(of, this.get(this.nameOf(layer, `${part}.weight`), outputs, inputs), bias);
    };
    const attended = graph.add(x, linear(read, "self_attn.o_proj", width, heads * headWidth, biases.out));
    const weight = this.get(this.nameOf(layer, "post_attention_layernorm.weight"), width);
    const normed = graph.rmsNorm(attended, weight, eps);
    const gate = graph.silu(linear(normed, "mlp.gate_proj", inner, width, biases.mlp));
    const gated = graph.mul(gate, linear(normed, "mlp.up_proj", inner, width, biases.mlp));
    return graph.add(attended, linear(gated, "mlp.down_proj", width, inner, biases.mlp));
  }

  private nameOf(layer: number, part: string): string {
    return `${this.spec.prefix}layers.${layer}.${part}`;
  }
}
