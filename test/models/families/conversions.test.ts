import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../src/models/convert/config-values.ts";
import { findFamily } from "../../../src/models/convert/find-family.ts";

const visionOf = (config: JsonObject, preprocessor: JsonObject = {}) =>
  findFamily(config).family.tower({ config, preprocessor })!.vision;

const HALF = { image_mean: [0.5, 0.5, 0.5], image_std: [0.5, 0.5, 0.5] };

/** The parts of published configurations that towers are made of. */
const SMOLVLM2_256M: JsonObject = {
  model_type: "smolvlm",
  scale_factor: 4,
  text_config: { hidden_size: 576 },
  vision_config: { hidden_size: 768, image_size: 512, num_attention_heads: 12, patch_size: 16 },
};
const QWEN25_VL_3B: JsonObject = {
  model_type: "qwen2_5_vl",
  vision_config: {
    ...{ depth: 32, hidden_act: "silu", hidden_size: 1280, intermediate_size: 3420, num_heads: 16 },
    ...{ in_chans: 3, out_hidden_size: 2048, patch_size: 14, spatial_merge_size: 2, window_size: 112 },
    ...{ fullatt_block_indexes: [7, 15, 23, 31], tokens_per_second: 2, temporal_patch_size: 2 },
  },
};
const QWEN3_VL_2B: JsonObject = {
  model_type: "qwen3_vl",
  vision_config: {
    ...{ deepstack_visual_indexes: [5, 11, 17], depth: 24, hidden_act: "gelu_pytorch_tanh" },
    ...{ hidden_size: 1024, intermediate_size: 4096, num_heads: 16, num_position_embeddings: 2304 },
    ...{ out_hidden_size: 2048, patch_size: 16, spatial_merge_size: 2, temporal_patch_size: 2 },
  },
};

describe("what a published configuration says of a tower", () => {
  it("is read for SmolVLM2 of both sizes of pictures", () => {
    const sampling = { video_sampling: { fps: 1, max_frames: 64 } };
    const small = { ...HALF, ...sampling, max_image_size: { longest_edge: 512 } };
    expect(visionOf(SMOLVLM2_256M, small)).toEqual({
      ...{ patch: 16, merge: 4, temporal_patch: 1, mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] },
      ...{ sides: [512, 384, 256], fps: 1, position_side: 32 },
    });
    const vision = { hidden_size: 1152, image_size: 384, num_hidden_layers: 27, patch_size: 14 };
    const large = { ...SMOLVLM2_256M, scale_factor: 3, vision_config: vision };
    const said = visionOf(large, { ...HALF, max_image_size: { longest_edge: 384 } });
    // 384 px are 27 patches and a rest; smaller pictures are whole visual tokens of 42 px.
    expect([said.sides, said.position_side, said.merge]).toEqual([[384, 252, 168], 27, 3]);
  });

  it("is read for Qwen2-VL, which leaves much out", () => {
    const vision_config = { embed_dim: 1280, hidden_size: 1536, patch_size: 14, temporal_patch_size: 2 };
    expect(visionOf({ model_type: "qwen2_vl", vision_config })).toEqual({
      ...{ patch: 14, merge: 2, temporal_patch: 2, sides: [672, 448, 336, 224], fps: 2 },
      mean: [0.48145466, 0.4578275, 0.40821073],
      std: [0.26862954, 0.26130258, 0.27577711],
    });
  });

  it("is read for Qwen2.5-VL, with its windows and its seconds", () => {
    expect(visionOf(QWEN25_VL_3B)).toMatchObject({ window: 4, tokens_per_second: 2, patch: 14, fps: 2 });
  });

  it("is read for Qwen3-VL, whose videos have a configuration of their own", () => {
    const image = { image_mean: [0.1, 0.1, 0.1], image_std: [0.2, 0.2, 0.2] };
    const said = visionOf(QWEN3_VL_2B, { ...image, video: { ...HALF, fps: 1.5 } });
    expect(said).toMatchObject({
      position_side: 48,
      sides: [768, 512, 384, 256],
      fps: 1.5,
      mean: [0.5, 0.5, 0.5],
    });
    expect(visionOf(QWEN3_VL_2B, image)).toMatchObject({
      mean: [0.1, 0.1, 0.1],
      std: [0.2, 0.2, 0.2],
      fps: 2,
    });
  });

  it("is refused with the reason where it cannot be run", () => {
    const withVision = (config: JsonObject, change: object) => () =>
      visionOf({ ...config, vision_config: { ...(config.vision_config as object), ...change } });
    expect(withVision(QWEN3_VL_2B, { hidden_act: "swish" })).toThrowError(
      expect.objectContaining({
        code: "checkpoint_unsupported",
        message: expect.stringContaining('the activation "swish" of its vision tower'),
      }),
    );
    expect(withVision(QWEN25_VL_3B, { hidden_act: "gelu" })).toThrowError(/activation "gelu"/);
    expect(withVision(SMOLVLM2_256M, { image_size: 32 })).toThrowError(
      /pictures of 32 px have no room for a visual token of 64 px/,
    );
    expect(withVision(QWEN3_VL_2B, { depth: "many" })).toThrowError(
      expect.objectContaining({ code: "checkpoint_invalid", message: expect.stringContaining("depth") }),
    );
  });
});
