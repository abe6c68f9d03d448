import { describe, expect, it } from "vitest";
import { readTextStack, type TextKind } from "../../../src/models/convert/text-stack-spec.ts";

const base = {
  num_hidden_layers: 2,
  hidden_size: 64,
  num_attention_heads: 4,
  intermediate_size: 128,
  vocab_size: 300,
  max_position_embeddings: 2048,
};
const names = (...tensors: string[]) => new Set(tensors);
const spec = (
  config: Record<string, unknown>,
  kind: TextKind = "llama",
  tensors = names("model.embed_tokens.weight"),
) => readTextStack({ ...base, ...config }, kind, (name) => tensors.has(name));
const vision = { vision_config: {} };

describe("a text stack in config.json", () => {
  it("has the defaults of transformers", () => {
    expect(spec({})).toMatchObject({
      heads: 4,
      kvHeads: 4,
      headWidth: 16,
      eps: 1e-6,
      rope: { base: 10000, interleaved: false },
      biases: { qkv: false, out: false, mlp: false },
      qkNorm: false,
      deepLayers: 0,
    });
    expect(spec({}, "qwen2").biases).toEqual({ qkv: true, out: false, mlp: false });
    expect(spec({}, "qwen3").qkNorm).toBe(true);
    expect(spec({ attention_bias: true, mlp_bias: true }).biases).toEqual({
      qkv: true,
      out: true,
      mlp: true,
    });
  });

  it("may stand in a part of its own, whose values count", () => {
    const config = { text_config: { ...base, hidden_size: 96, head_dim: 32, num_key_value_heads: 2 } };
    expect(spec(config)).toMatchObject({ width: 96, headWidth: 32, kvHeads: 2 });
  });

  it.each(["model.language_model.", "model.text_model.", "language_model.model.", "model."])(
    "is found by the names of its tensors: %s",
    (prefix) => {
      const found = spec({}, "llama", names(`${prefix}embed_tokens.weight`, "lm_head.weight"));
      expect(found).toMatchObject({ prefix, head: "lm_head.weight" });
    },
  );

  it("ties its head to the embeddings where it says so, or has no other", () => {
    const both = names("model.embed_tokens.weight", "lm_head.weight");
    const table = "model.embed_tokens.weight";
    expect(spec({ tie_word_embeddings: true }, "llama", both).head).toBe(table);
    expect(spec({}).head).toBe(table);
    expect(spec({ tie_word_embeddings: false }).head).toBe("lm_head.weight");
    // Of two that disagree, the outer one counts.
    const config = { tie_word_embeddings: false, text_config: { ...base, tie_word_embeddings: true } };
    expect(spec(config, "llama", both).head).toBe("lm_head.weight");
  });

  it("has its rotation in the old and in the new style", () => {
    const sections = { mrope_section: [4, 2, 2] };
    const old = {
      rope_theta: 5e6,
      rope_scaling: { rope_type: "default", mrope_interleaved: true, ...sections },
    };
    const mrope = { rope_theta: 5e6, rope_scaling: { type: "mrope", ...sections } };
    const young = { rope_parameters: { rope_theta: 5e6, rope_type: "default", ...sections } };
    const inBlocks = { base: 5e6, sections: [4, 2, 2], interleaved: false };
    expect(spec({ ...vision, ...old }, "qwen3").rope).toEqual({ ...inBlocks, interleaved: true });
    expect(spec({ ...vision, ...mrope }, "qwen2").rope).toEqual(inBlocks);
    expect(spec({ ...vision, ...young }, "qwen2").rope).toEqual(inBlocks);
    expect(spec({ rope_parameters: { rope_theta: 1e5 } }).rope).toEqual({ base: 1e5, interleaved: false });
  });

  it.each<[string, Record<string, unknown>, TextKind]>([
    ['the method "yarn"', { rope_scaling: { type: "yarn", factor: 4 } }, "llama"],
    ['the method "llama3"', { rope_parameters: { rope_type: "llama3" } }, "llama"],
    ["only 0.5 of each head", { partial_rotary_factor: 0.5 }, "llama"],
    ["interleaved pairs", { rope_interleaved: true }, "llama"],
    ["no mrope_section", vision, "qwen2"],
    ["does not add up", { ...vision, rope_scaling: { type: "mrope", mrope_section: [4, 4, 4] } }, "qwen2"],
    ["sliding window", { use_sliding_window: true }, "qwen2"],
    ["sliding window", { layer_types: ["full_attention", "linear_attention"] }, "qwen3"],
    ["mixture of experts (num_experts", { num_experts: 8 }, "qwen3"],
    ['activation "gelu"', { hidden_act: "gelu" }, "llama"],
    ["do not fit the attention kernel", { head_dim: 12 }, "llama"],
    ["do not fit the attention kernel", { num_key_value_heads: 3 }, "llama"],
    ["after its last layer", { vision_config: { deepstack_visual_indexes: [1, 2] } }, "llama"],
  ])("is refused, with the reason: %s", (reason, config, kind) => {
    expect(() => spec(config, kind)).toThrow(
      expect.objectContaining({ code: "checkpoint_unsupported", message: expect.stringContaining(reason) }),
    );
  });

  it("is refused when a value is missing, or its tensors are not there", () => {
    expect(() => spec({ hidden_size: undefined })).toThrow(/config.json does not fit: hidden_size/);
    expect(() => spec({}, "llama", names("x"))).toThrow(/no tensor …embed_tokens.weight/);
  });
});
