import { z } from "zod";
import type { CheckpointManifest } from "../checkpoint-schema.ts";
import { ModelError } from "../errors.ts";
import { type JsonObject, objectAt, optional, readConfig, unsupported } from "./config-values.ts";
import { readRope } from "./rope-config.ts";

/** Kinds of text stacks: they differ in biases and norms of the projections. */
export type TextKind = "llama" | "qwen2" | "qwen3";

/** What there is to know of a stack of transformer layers in order to build its graphs. */
export interface TextStackSpec {
  readonly layers: number;
  readonly width: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headWidth: number;
  /** Width of the hidden layer of a layer's MLP. */
  readonly inner: number;
  readonly vocabulary: number;
  /** Longest context that it was trained for (tokens). */
  readonly context: number;
  readonly eps: number;
  readonly rope: CheckpointManifest["transformer"]["rope"];
  readonly biases: { readonly qkv: boolean; readonly out: boolean; readonly mlp: boolean };
  /** Whether each head of the query and of the key is normalised (Qwen3). */
  readonly qkNorm: boolean;
  /** The first layers after which more visual features are added (DeepStack). */
  readonly deepLayers: number;
  /** What the names of its tensors begin with, such as `model.language_model.` */
  readonly prefix: string;
  /** Name of the head's matrix; that of the embedding table where the two are one. */
  readonly head: string;
}

const count = z.int().positive();
const textSchema = z.object({
  num_hidden_layers: count,
  hidden_size: count,
  num_attention_heads: count,
  num_key_value_heads: optional(count),
  head_dim: optional(count),
  intermediate_size: count,
  vocab_size: count,
  max_position_embeddings: count,
  rms_norm_eps: optional(z.number().positive()),
  hidden_act: optional(z.string()),
  attention_bias: optional(z.boolean()),
  mlp_bias: optional(z.boolean()),
  use_sliding_window: optional(z.boolean()),
  layer_types: optional(z.array(z.string())),
  tie_word_embeddings: optional(z.boolean()),
});

/** Keys of mixtures of experts. */
const EXPERTS = ["num_experts", "num_local_experts", "n_routed_experts", "moe_intermediate_size"];

/** What the names of a text stack's tensors may begin with, the longer ones first. */
const PREFIXES = [
  ...["model.language_model.", "model.text_model.", "language_model.model."],
  ...["text_model.model.", "language_model.", "text_model.", "model.", ""],
];

/** The part of config.json that is about text. */
export function textConfig(config: JsonObject): JsonObject {
  return typeof config.text_config === "object" ? objectAt(config, "text_config") : config;
}

/**
 * Reads what the graphs of a text stack need from config.json and from the names of the tensors.
 *
 * @param has whether the checkpoint has a tensor of a name
 * @throws {ModelError} `checkpoint_unsupported` with the reason, `checkpoint_invalid`
 */
export function readTextStack(
  config: JsonObject,
  kind: TextKind,
  has: (tensor: string) => boolean,
): TextStackSpec {
  const raw = textConfig(config);
  requireRunnable(raw);
  const text = readConfig(textSchema, raw);
  if (text.use_sliding_window || text.layer_types?.some((type) => type !== "full_attention")) {
    throw unsupported("some of its layers see a sliding window or keep a state instead of keys and values");
  }
  if (text.hidden_act !== undefined && text.hidden_act !== "silu") {
    throw unsupported(`its MLP uses the activation "${text.hidden_act}", and only silu is known here`);
  }
  const heads = text.num_attention_heads;
  const kvHeads = text.num_key_value_heads ?? heads;
  const headWidth = text.head_dim ?? text.hidden_size / heads;
  if (heads % kvHeads !== 0 || !Number.isInteger(headWidth) || headWidth % 8 !== 0) {
    throw unsupported(`${heads} heads of ${headWidth} on ${kvHeads} keys do not fit the attention kernel`);
  }
  const deep = deepLayers(config);
  if (deep >= text.num_hidden_layers)
    throw unsupported(`visual features would be added after its last layer`);
  const { prefix, head } = namesOf(raw, config, has);
  const bias = text.attention_bias ?? false;
  return {
    layers: text.num_hidden_layers,
    width: text.hidden_size,
    heads,
    kvHeads,
    headWidth,
    inner: text.intermediate_size,
    vocabulary: text.vocab_size,
    context: text.max_position_embeddings,
    // The default of transformers.
    eps: text.rms_norm_eps ?? 1e-6,
    rope: readRope(raw, headWidth, isVisual(config) && kind !== "llama"),
    biases: {
      qkv: kind === "qwen2" || bias,
      out: kind !== "qwen2" && bias,
      mlp: kind === "llama" && (text.mlp_bias ?? false),
    },
    qkNorm: kind === "qwen3",
    deepLayers: deep,
    prefix,
    head,
  };
}

const isVisual = (config: JsonObject): boolean => "vision_config" in config;

function deepLayers(config: JsonObject): number {
  const schema = z.object({ deepstack_visual_indexes: optional(z.array(z.int())) });
  return readConfig(schema, objectAt(config, "vision_config")).deepstack_visual_indexes?.length ?? 0;
}

/** What the published checkpoints have that no window can be kept of, or that has no graphs here. */
function requireRunnable(text: JsonObject): void {
  const experts = EXPERTS.find((key) => typeof text[key] === "number" && text[key] > 0);
  if (experts !== undefined) throw unsupported(`it is a mixture of experts (${experts} in config.json)`);
}

function namesOf(
  text: JsonObject,
  config: JsonObject,
  has: (tensor: string) => boolean,
): { prefix: string; head: string } {
  const prefix = PREFIXES.find((candidate) => has(`${candidate}embed_tokens.weight`));
  if (prefix === undefined) {
    const what = "The checkpoint has no tensor …embed_tokens.weight, so that its text stack cannot be found.";
    throw new ModelError("checkpoint_invalid", `${what} Download it again.`);
  }
  const embeddings = `${prefix}embed_tokens.weight`;
  const tied = config.tie_word_embeddings ?? text.tie_word_embeddings;
  const own = ["lm_head.weight", "language_model.lm_head.weight", "model.lm_head.weight"].find(has);
  if (tied === true || (tied === undefined && own === undefined)) return { prefix, head: embeddings };
  return { prefix, head: own ?? "lm_head.weight" };
}
