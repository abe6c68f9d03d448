import { z } from "zod";
import { KV_PRECISIONS } from "../cache/mod.ts";

const count = z.int().positive();
const fileName = z.string().regex(/^[\w.-]+$/, "must be the name of a file in the bundle's folder");
const rgb = z.tuple([z.number(), z.number(), z.number()]);

/** Families of published checkpoints that can be run. */
export const FAMILY_NAMES = ["llama", "idefics3", "qwen2-vl", "qwen2.5-vl", "qwen3-vl"] as const;

export type FamilyName = (typeof FAMILY_NAMES)[number];

/** How a bundle holds its weights: blocks of 8 or 4 bits, or as they are (fp32). */
export const WEIGHT_WIDTHS = ["q8", "q4", "fp32"] as const;

export type WeightWidth = (typeof WEIGHT_WIDTHS)[number];

/** `bundle.json` of a published checkpoint: one transformer for visual and text tokens, and a vision tower before it. */
export const checkpointSchema = z.object({
  format: z.literal("thinkalong-bundle/3"),
  architecture: z
    .literal("one-stack")
    .describe("One transformer for visual and text tokens. A vision tower makes its visual tokens."),
  id: z.string().min(1).describe("Name of the checkpoint: `owner/name` on the hub, or of its folder."),
  revision: z.string().nullable().describe("Commit of the checkpoint on the hub; null for a local folder."),
  description: z.string(),
  license: z
    .string()
    .nullable()
    .describe("SPDX id or name of the licence; null when the checkpoint says none."),
  family: z.enum(FAMILY_NAMES),
  weights: z.enum(WEIGHT_WIDTHS),
  transformer: z.object({
    layers: count,
    width: count.describe("Width of a hidden state."),
    heads: count.describe("Query heads."),
    kv_heads: count.describe("Heads of keys and values. Each serves heads / kv_heads query heads."),
    head_width: count,
    vocabulary: count,
    context: count.describe("Longest context that it was trained for (tokens)."),
    deep_layers: z
      .int()
      .nonnegative()
      .default(0)
      .describe("Layers after which more visual features are added (DeepStack); the first so many."),
    rope: z.object({
      base: z.number().positive(),
      sections: z
        .tuple([count, count, count])
        .optional()
        .describe("M-RoPE: pairs of a head that turn with time, row and column. Their sum is half a head."),
      interleaved: z
        .boolean()
        .default(false)
        .describe("M-RoPE: whether the axes alternate (Qwen3-VL) or lie in blocks (Qwen2-VL)."),
    }),
  }),
  vision: z
    .object({
      patch: count.describe("Side of a patch (px)."),
      merge: count.describe("Side of the square of patches that becomes one visual token (patches)."),
      temporal_patch: count.describe("Frames that become one patch, and so the frames of a unit."),
      mean: rgb.describe("Of a colour channel, 0..1."),
      std: rgb.describe("Of a colour channel, 0..1."),
      sides: z
        .array(count)
        .min(1)
        .describe(
          "Longest sides of a picture (px) that the tower takes, largest first. A start chooses one.",
        ),
      fps: z.number().positive().describe("Frame rate that is aimed at (frames a second)."),
      tokens_per_second: z
        .number()
        .positive()
        .optional()
        .describe("M-RoPE: positions on the time axis for a second of video."),
      position_side: count
        .optional()
        .describe("Side of the table of learned positions of patches, where there is one (patches)."),
      window: count
        .optional()
        .describe("Side of a window of attention in the tower, where it has windows (visual tokens)."),
    })
    .nullable()
    .describe("Null: a model without eyes."),
  cache: z
    .object({
      mask: z
        .enum(["streamed", "interleaved"])
        .describe(
          "`streamed`: frames look at frames only, so that any number of thinkers share them. `interleaved`: frames look at the thoughts before them, too.",
        ),
      positions: z
        .enum(["contiguous", "growing"])
        .describe("Whether positions close up over what was evicted, or grow for ever."),
      visual_sink_units: z.int().nonnegative(),
      visual_window_units: count,
      text_window_tokens: count,
      kv: z
        .enum(KV_PRECISIONS)
        .optional()
        .describe(
          "Precision of keys and values; default f32. `int8` takes about a quarter of the memory, and loses precision.",
        ),
      text_sink_tokens: count.describe("Most tokens of the instructions or the question of a thinker."),
    })
    .refine(({ mask, positions }) => mask === "streamed" || positions === "growing", {
      path: ["positions"],
      message: "must be growing where the mask is interleaved, because text and video are numbered together",
    }),
  thinking: z.object({
    policy: z
      .enum(["prompted", "think-respond"])
      .describe(
        "`prompted`: a model that was never taught to think while it sees. `think-respond`: one that writes `<think>…</think>` and then `<response>…` or `<silent>` about each unit (ThinkStream).",
      ),
    every_unit: z
      .boolean()
      .optional()
      .describe(
        "Of a prompted model: whether it speaks about each unit, rather than being asked first whether there is something new. Default false.",
      ),
    thought_tokens: count,
    answer_tokens: count,
    question_tokens: count,
  }),
  end_tokens: z.array(z.int().nonnegative()).min(1).describe("Tokens that end what the model says."),
  chat_template: z.string().min(1).describe("Jinja."),
  embeddings: z.object({
    file: fileName.describe("Rows of the embedding table, one after the other: `[vocabulary, width]`."),
    dtype: z.enum(["F32", "F16", "BF16"]),
  }),
  graphs: z.object({
    tower: fileName.nullable().describe("The vision tower: pictures to visual tokens."),
    text: z.array(fileName).min(2).describe("The transformer, cut at its attentions."),
  }),
  files: z
    .record(
      z.string(),
      z.object({ sha256: z.string().regex(/^[0-9a-f]{64}$/), bytes: z.int().nonnegative() }),
    )
    .describe("Of every file of the bundle but bundle.json."),
});

export type CheckpointManifest = z.infer<typeof checkpointSchema>;
