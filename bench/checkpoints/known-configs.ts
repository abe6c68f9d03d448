/** JSON as it stands in a checkpoint's files. */
export type Json = Readonly<Record<string, unknown>>;

/** A checkpoint whose shapes are known and whose weights are not there. */
export interface KnownCheckpoint {
  /** Its name on the hub. */
  readonly id: string;
  /** The tiny checkpoint of the tests that has the same chat template. */
  readonly family: "idefics3" | "qwen2.5-vl" | "qwen3-vl";
  /** config.json, but for what does not matter to how it runs. */
  readonly config: Json;
  /** preprocessor_config.json, likewise. */
  readonly preprocessor: Json;
  /** Tokens that its tokenizer has besides words, and their ids. */
  readonly tokens: Readonly<Record<string, number>>;
  /** The token that ends an answer. */
  readonly end: string;
}

const HALF = { image_mean: [0.5, 0.5, 0.5], image_std: [0.5, 0.5, 0.5] };
const CLIP = {
  image_mean: [0.48145466, 0.4578275, 0.40821073],
  image_std: [0.26862954, 0.26130258, 0.27577711],
};

/** `<row_1_col_1>` to `<row_6_col_6>`, one after the other. */
const tiles = Object.fromEntries(
  Array.from({ length: 36 }, (_, i) => [`<row_${Math.floor(i / 6) + 1}_col_${(i % 6) + 1}>`, 49153 + i]),
);

function smolvlm(id: string, text: Json): KnownCheckpoint {
  return {
    id,
    family: "idefics3",
    config: {
      architectures: ["SmolVLMForConditionalGeneration"],
      model_type: "smolvlm",
      image_token_id: 49190,
      scale_factor: 4,
      tie_word_embeddings: false,
      text_config: {
        model_type: "llama",
        head_dim: 64,
        max_position_embeddings: 8192,
        rms_norm_eps: 1e-5,
        rope_interleaved: false,
        rope_theta: 100000,
        vocab_size: 49280,
        ...text,
      },
      vision_config: {
        model_type: "smolvlm_vision",
        hidden_size: 768,
        intermediate_size: 3072,
        num_hidden_layers: 12,
        num_attention_heads: 12,
        image_size: 512,
        patch_size: 16,
      },
    },
    preprocessor: {
      ...HALF,
      size: { longest_edge: 2048 },
      max_image_size: { longest_edge: 512 },
      video_sampling: { fps: 1, max_frames: 64, video_size: { longest_edge: 512 } },
    },
    tokens: {
      "<global-img>": 49152,
      ...tiles,
      "<fake_token_around_image>": 49189,
      "<image>": 49190,
      "<end_of_utterance>": 49279,
    },
    end: "<end_of_utterance>",
  };
}

/** Those of Qwen that SmolLM2's tokenizer has not; it has `<|im_start|>` and `<|im_end|>`. */
const QWEN_TOKENS = {
  "<|vision_start|>": 151652,
  "<|vision_end|>": 151653,
  "<|vision_pad|>": 151654,
  "<|image_pad|>": 151655,
  "<|video_pad|>": 151656,
};

const QWEN_IDS = {
  image_token_id: 151655,
  video_token_id: 151656,
  vision_start_token_id: 151652,
  vision_end_token_id: 151653,
};

/** Checkpoints in their true shapes, as their config.json had them when it was last read. */
export const KNOWN: Readonly<Record<string, KnownCheckpoint>> = {
  "smolvlm2-256m": smolvlm("HuggingFaceTB/SmolVLM2-256M-Video-Instruct", {
    hidden_size: 576,
    intermediate_size: 1536,
    num_hidden_layers: 30,
    num_attention_heads: 9,
    num_key_value_heads: 3,
  }),
  "smolvlm2-500m": smolvlm("HuggingFaceTB/SmolVLM2-500M-Video-Instruct", {
    hidden_size: 960,
    intermediate_size: 2560,
    num_hidden_layers: 32,
    num_attention_heads: 15,
    num_key_value_heads: 5,
  }),
  "qwen3-vl-2b": {
    id: "Qwen/Qwen3-VL-2B-Instruct",
    family: "qwen3-vl",
    config: {
      architectures: ["Qwen3VLForConditionalGeneration"],
      model_type: "qwen3_vl",
      ...QWEN_IDS,
      tie_word_embeddings: true,
      text_config: {
        model_type: "qwen3_vl_text",
        attention_bias: false,
        head_dim: 128,
        hidden_act: "silu",
        hidden_size: 2048,
        intermediate_size: 6144,
        max_position_embeddings: 262144,
        num_attention_heads: 16,
        num_hidden_layers: 28,
        num_key_value_heads: 8,
        rms_norm_eps: 1e-6,
        rope_scaling: { mrope_interleaved: true, mrope_section: [24, 20, 20], rope_type: "default" },
        rope_theta: 5000000,
        vocab_size: 151936,
      },
      vision_config: {
        model_type: "qwen3_vl",
        deepstack_visual_indexes: [5, 11, 17],
        depth: 24,
        hidden_act: "gelu_pytorch_tanh",
        hidden_size: 1024,
        in_channels: 3,
        intermediate_size: 4096,
        num_heads: 16,
        num_position_embeddings: 2304,
        out_hidden_size: 2048,
        patch_size: 16,
        spatial_merge_size: 2,
        temporal_patch_size: 2,
      },
    },
    preprocessor: {
      ...HALF,
      size: { shortest_edge: 65536, longest_edge: 16777216 },
      patch_size: 16,
      merge_size: 2,
      temporal_patch_size: 2,
    },
    tokens: QWEN_TOKENS,
    end: "<|im_end|>",
  },
  "qwen2.5-vl-3b": {
    id: "Qwen/Qwen2.5-VL-3B-Instruct",
    family: "qwen2.5-vl",
    config: {
      architectures: ["Qwen2_5_VLForConditionalGeneration"],
      model_type: "qwen2_5_vl",
      ...QWEN_IDS,
      hidden_act: "silu",
      hidden_size: 2048,
      intermediate_size: 11008,
      max_position_embeddings: 128000,
      max_window_layers: 70,
      num_attention_heads: 16,
      num_hidden_layers: 36,
      num_key_value_heads: 2,
      rms_norm_eps: 1e-6,
      rope_scaling: { type: "mrope", mrope_section: [16, 24, 24] },
      rope_theta: 1000000,
      sliding_window: 32768,
      tie_word_embeddings: true,
      use_sliding_window: false,
      vocab_size: 151936,
      vision_config: {
        depth: 32,
        hidden_act: "silu",
        hidden_size: 1280,
        intermediate_size: 3420,
        num_heads: 16,
        out_hidden_size: 2048,
        patch_size: 14,
        spatial_merge_size: 2,
        window_size: 112,
        fullatt_block_indexes: [7, 15, 23, 31],
        tokens_per_second: 2,
        temporal_patch_size: 2,
      },
    },
    preprocessor: {
      ...CLIP,
      min_pixels: 3136,
      max_pixels: 12845056,
      patch_size: 14,
      merge_size: 2,
      temporal_patch_size: 2,
    },
    tokens: QWEN_TOKENS,
    end: "<|im_end|>",
  },
};
