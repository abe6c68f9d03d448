import type { KnownCheckpoint } from "./known-configs.ts";

/** A tensor that is to be made. */
export interface TensorToMake {
  readonly name: string;
  readonly shape: readonly number[];
  readonly kind: "matrix" | "embedding" | "norm" | "bias";
}

type Numbers = Readonly<Record<string, number>>;

const matrix = (name: string, ...shape: number[]): TensorToMake => ({ name, shape, kind: "matrix" });
const embedding = (name: string, ...shape: number[]): TensorToMake => ({ name, shape, kind: "embedding" });
const norm = (name: string, width: number): TensorToMake => ({ name, shape: [width], kind: "norm" });
const bias = (name: string, width: number): TensorToMake => ({ name, shape: [width], kind: "bias" });
const linear = (name: string, outputs: number, ...inputs: number[]) => [
  matrix(`${name}.weight`, outputs, ...inputs),
  bias(`${name}.bias`, outputs),
];
const layerNorm = (name: string, width: number) => [
  norm(`${name}.weight`, width),
  bias(`${name}.bias`, width),
];
const each = (count: number, make: (i: number) => TensorToMake[]) =>
  Array.from({ length: count }, (_, i) => make(i)).flat();

const PREFIX = {
  idefics3: "model.text_model",
  "qwen2.5-vl": "model",
  "qwen3-vl": "model.language_model",
} as const;

/** The tensors of a checkpoint, by the names with which such checkpoints are published. */
export function tensorsOf({ family, config }: Pick<KnownCheckpoint, "family" | "config">): TensorToMake[] {
  const text = (config.text_config ?? config) as Numbers;
  const vision = config.vision_config as Numbers;
  const eyes = { idefics3: siglip, "qwen2.5-vl": qwen25Tower, "qwen3-vl": qwen3Tower }[family];
  const width = text.hidden_size!;
  const head = config.tie_word_embeddings ? [] : [embedding("lm_head.weight", text.vocab_size!, width)];
  return [...textStack(family, text), ...head, ...eyes(vision, width, config as Numbers)];
}

function textStack(family: KnownCheckpoint["family"], text: Numbers): TensorToMake[] {
  const prefix = PREFIX[family];
  const [width, inner] = [text.hidden_size!, text.intermediate_size!];
  const [heads, kvHeads] = [text.num_attention_heads!, text.num_key_value_heads!];
  const headWidth = text.head_dim ?? width / heads;
  const projection = (name: string, outputs: number) =>
    family === "qwen2.5-vl" ? linear(name, outputs, width) : [matrix(`${name}.weight`, outputs, width)];
  const layer = (i: number): TensorToMake[] => {
    const at = (part: string) => `${prefix}.layers.${i}.${part}`;
    return [
      norm(at("input_layernorm.weight"), width),
      norm(at("post_attention_layernorm.weight"), width),
      ...projection(at("self_attn.q_proj"), heads * headWidth),
      ...projection(at("self_attn.k_proj"), kvHeads * headWidth),
      ...projection(at("self_attn.v_proj"), kvHeads * headWidth),
      matrix(at("self_attn.o_proj.weight"), width, heads * headWidth),
      ...(family === "qwen3-vl"
        ? ["q_norm", "k_norm"].map((part) => norm(at(`self_attn.${part}.weight`), headWidth))
        : []),
      matrix(at("mlp.gate_proj.weight"), inner, width),
      matrix(at("mlp.up_proj.weight"), inner, width),
      matrix(at("mlp.down_proj.weight"), width, inner),
    ];
  };
  return [
    embedding(`${prefix}.embed_tokens.weight`, text.vocab_size!, width),
    ...each(text.num_hidden_layers!, layer),
    norm(`${prefix}.norm.weight`, width),
  ];
}

function siglip(vision: Numbers, outputs: number, config: Numbers): TensorToMake[] {
  const [width, inner, patch] = [vision.hidden_size!, vision.intermediate_size!, vision.patch_size!];
  const layer = (i: number): TensorToMake[] => {
    const at = (part: string) => `model.vision_model.encoder.layers.${i}.${part}`;
    return [
      ...["layer_norm1", "layer_norm2"].flatMap((part) => layerNorm(at(part), width)),
      ...["q_proj", "k_proj", "v_proj", "out_proj"].flatMap((part) =>
        linear(at(`self_attn.${part}`), width, width),
      ),
      ...linear(at("mlp.fc1"), inner, width),
      ...linear(at("mlp.fc2"), width, inner),
    ];
  };
  const merged = width * config.scale_factor! ** 2;
  return [
    ...linear("model.vision_model.embeddings.patch_embedding", width, 3, patch, patch),
    embedding(
      "model.vision_model.embeddings.position_embedding.weight",
      (vision.image_size! / patch) ** 2,
      width,
    ),
    ...each(vision.num_hidden_layers!, layer),
    ...layerNorm("model.vision_model.post_layernorm", width),
    matrix("model.connector.modality_projection.proj.weight", outputs, merged),
  ];
}

/** Patches in time and space as one row of a matrix. */
const patches = (vision: Numbers): number[] => [
  3,
  vision.temporal_patch_size!,
  vision.patch_size!,
  vision.patch_size!,
];

function qwen25Tower(vision: Numbers, outputs: number): TensorToMake[] {
  const [width, inner] = [vision.hidden_size!, vision.intermediate_size!];
  const merged = width * vision.spatial_merge_size! ** 2;
  const layer = (i: number): TensorToMake[] => {
    const at = (part: string) => `visual.blocks.${i}.${part}`;
    return [
      ...["norm1", "norm2"].map((part) => norm(at(`${part}.weight`), width)),
      ...linear(at("attn.qkv"), 3 * width, width),
      ...linear(at("attn.proj"), width, width),
      ...["gate_proj", "up_proj"].flatMap((part) => linear(at(`mlp.${part}`), inner, width)),
      ...linear(at("mlp.down_proj"), width, inner),
    ];
  };
  return [
    matrix("visual.patch_embed.proj.weight", width, ...patches(vision)),
    ...each(vision.depth!, layer),
    norm("visual.merger.ln_q.weight", width),
    ...linear("visual.merger.mlp.0", merged, merged),
    ...linear("visual.merger.mlp.2", outputs, merged),
  ];
}

function qwen3Tower(vision: Numbers, outputs: number): TensorToMake[] {
  const [width, inner] = [vision.hidden_size!, vision.intermediate_size!];
  const merged = width * vision.spatial_merge_size! ** 2;
  const layer = (i: number): TensorToMake[] => {
    const at = (part: string) => `model.visual.blocks.${i}.${part}`;
    return [
      ...["norm1", "norm2"].flatMap((part) => layerNorm(at(part), width)),
      ...linear(at("attn.qkv"), 3 * width, width),
      ...linear(at("attn.proj"), width, width),
      ...linear(at("mlp.linear_fc1"), inner, width),
      ...linear(at("mlp.linear_fc2"), width, inner),
    ];
  };
  const merger = (name: string, normed: number) => [
    ...layerNorm(`model.visual.${name}.norm`, normed),
    ...linear(`model.visual.${name}.linear_fc1`, merged, merged),
    ...linear(`model.visual.${name}.linear_fc2`, outputs, merged),
  ];
  const deep = (vision.deepstack_visual_indexes as unknown as readonly number[]).length;
  return [
    ...linear("model.visual.patch_embed.proj", width, ...patches(vision)),
    embedding("model.visual.pos_embed.weight", vision.num_position_embeddings!, width),
    ...each(vision.depth!, layer),
    ...merger("merger", width),
    ...each(deep, (i) => merger(`deepstack_merger_list.${i}`, merged)),
  ];
}
