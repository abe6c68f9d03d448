import { z } from "zod";
import { POSITION_SCHEMES } from "../cache/mod.ts";

const count = z.int().positive();
const fileName = z.string().regex(/^[\w.-]+$/, "must be the name of a file in the bundle's folder");

/** `bundle.json`: all that the service must know about a model. */
export const bundleSchema = z.object({
  format: z.literal("thinkalong-bundle/2"),
  architecture: z
    .literal("two-stack")
    .describe("One transformer for visual tokens, one for text, joint attention."),
  id: z.string().min(1),
  description: z.string(),
  vision: z.object({
    width: count.describe("px"),
    height: count.describe("px"),
    fps: z.number().positive().describe("Frames a second that it was trained for."),
    frames_per_unit: count,
    tokens_per_unit: count,
    grid: count.describe("Cells a side of the foreground map."),
  }),
  transformer: z.object({
    layers: count,
    heads: count,
    head_width: count,
    rope_base: z.number().positive(),
    vocabulary: count,
  }),
  cache: z.object({
    visual_sink_units: count,
    visual_window_units: count.describe("Longest visual window that it was trained for."),
    text_sink_tokens: count,
    text_window_tokens: count.describe("Longest text window that it was trained for."),
    positions: z.enum(POSITION_SCHEMES).describe("The position scheme that it was trained with."),
  }),
  thinking: z.object({
    skip_bias: z.number().describe("Added to the logit of a skip; calibrated on held-out clips."),
    thought_tokens: count.describe("Most tokens of one thought, and of one recap."),
    answer_tokens: count,
    question_tokens: count,
    remembers_silence: z
      .boolean()
      .default(true)
      .describe("Whether a skip after a skip stays in the text cache. If not, quiet time costs no memory."),
  }),
  special_tokens: z.object({
    narrate: z.string(),
    skip: z.string(),
    end_think: z.string(),
    question: z.string(),
    answer: z.string(),
    end_answer: z.string(),
    unknown: z.string().default("[UNK]"),
  }),
  clock: z
    .object({
      first_token: z.string().describe("The token of time 0; the others follow it in the vocabulary."),
      tokens: count.describe("After so many units the clock begins again."),
    })
    .optional()
    .describe("Tokens that close a spoken thought with its unit's time. Without them, `end_think` does."),
  recap: z
    .object({
      token: z.string().describe("Asks for what was counted so far."),
      every_tokens: count.describe("Asked for after so many tokens of thought."),
    })
    .optional()
    .describe("How counts outlive the text window."),
  forbidden_tokens: z.array(z.string()).default([]).describe("Never sampled."),
  cannot_answer: z.string().optional().describe("What it answers to a question that it was not taught."),
  example_questions: z.array(z.string()).default([]),
  synonyms: z
    .record(z.string(), z.string())
    .default({})
    .describe("Words of questions that are not in the vocabulary, and those of it that they are read as."),
  graphs: z.object({
    eyes: fileName.describe("A unit's pixels to its visual tokens."),
    visual: z.array(fileName).min(1).describe("The visual stack, cut at its attentions."),
    text: z.array(fileName).min(2).describe("The text stack, cut at its attentions."),
  }),
  files: z.record(z.string(), z.string().regex(/^[0-9a-f]{64}$/)).describe("SHA-256 of every file."),
});

export type BundleManifest = z.infer<typeof bundleSchema>;
