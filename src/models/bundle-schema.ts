import { z } from "zod";
import { POSITION_SCHEMES } from "../cache/mod.ts";

/** Why a thought itself says that somebody may be missed. */
export const OVERLOOKED_WHY = ["covered", "crowd"] as const;

export type OverlookedWhy = (typeof OVERLOOKED_WHY)[number];

const phrases = z.array(z.string().min(1)).min(1);
const count = z.int().positive();
const fileName = z.string().regex(/^[\w.-]+$/, "must be the name of a file in the bundle's folder");

/** `bundle.json`: everything that the service must know about a model. */
export const bundleSchema = z.object({
  format: z
    .literal(["thinkalong-bundle/2", "thinkalong-bundle/3"])
    .describe("Up to 2, the eyes are one graph; in 3, they are four."),
  architecture: z
    .literal("two-stack")
    .describe("One transformer for visual tokens, one for text, joint attention."),
  id: z.string().min(1),
  description: z.string(),
  vision: z.object({
    width: count.describe("px"),
    height: count.describe("px"),
    fps: z
      .number()
      .min(0.1)
      .max(240)
      .describe("Frame rate that the model was trained for (frames a second)."),
    frames_per_unit: count,
    tokens_per_unit: count,
    grid: count.describe("Side of the foreground map (cells)."),
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
    visual_window_units: count.describe("Longest visual window that the model was trained for (units)."),
    text_sink_tokens: count,
    text_window_tokens: count.describe("Longest text window that the model was trained for (tokens)."),
    positions: z.enum(POSITION_SCHEMES).describe("Position scheme that the model was trained with."),
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
      first_token: z.string().describe("The clock token of time 0. The others follow it in the vocabulary."),
      tokens: count.describe("Number of clock tokens. After so many units the clock starts again at 0."),
    })
    .optional()
    .describe(
      "Clock tokens close a spoken thought with its unit's time. Without them, `end_think` closes it.",
    ),
  recap: z
    .object({
      token: z.string().describe("Token after which the model writes a recap."),
      every_tokens: count.describe("Number of tokens of thought after which a recap is due."),
    })
    .optional()
    .describe("Recaps: what the model writes so that counts outlive the text window."),
  clauses: z
    .object({ separator: z.string().describe("Token between two clauses.") })
    .optional()
    .describe(
      "Thoughts and recaps consist of clauses. When the token budget ends one, it ends with its last whole clause.",
    ),
  running_numbers: z
    .object({
      prefix: z.string().describe("The token of a number is this, followed by the number: `#3`."),
      most: count.describe("The largest number that has a token."),
      kinds: z
        .array(z.string())
        .min(1)
        .describe("Words for what is counted. Each kind is counted by itself."),
      verbs: z
        .array(z.array(z.string()).min(1))
        .min(1)
        .describe("Verbs that are told with a number. Those of one list are counted together."),
    })
    .optional()
    .describe("Running numbers: clauses that end with how many of their kind have been told so far."),
  forbidden_tokens: z.array(z.string()).default([]).describe("Tokens that are never sampled."),
  cannot_answer: z
    .string()
    .optional()
    .describe("Answer to a question of a kind that the model was not taught."),
  notes: z
    .array(
      z.object({
        phrases: phrases.describe(
          "Words of the vocabulary. The note is about questions in which one of these phrases occurs.",
        ),
        text: z
          .string()
          .min(1)
          .describe("What such an answer does not take into account, in whole sentences."),
      }),
    )
    .default([])
    .describe(
      "What is told to people beside answers to some questions. The first note that applies is told.",
    ),
  counting: z
    .object({
      phrases: phrases.describe(
        "Words of the vocabulary. A question in which one of these phrases occurs asks how many there were.",
      ),
      overlooked: z
        .array(
          z.object({
            phrases: phrases.describe(
              "Words of the vocabulary. A thought in which one of these occurs says so.",
            ),
            why: z.enum(OVERLOOKED_WHY).describe("What the thought says: why not everybody can be counted."),
          }),
        )
        .default([])
        .describe("Thoughts that say that somebody may be missed."),
    })
    .optional()
    .describe("Counts, and what makes them too small. Without it no answer is told to be a lower bound."),
  example_questions: z.array(z.string()).default([]),
  synonyms: z
    .record(z.string(), z.string())
    .default({})
    .describe(
      "Words of questions that are not in the vocabulary, and the words of the vocabulary that replace them.",
    ),
  graphs: z.object({
    eyes: z
      .union([
        fileName.describe("The image encoder as one graph: a unit's pixels to its visual tokens."),
        z.object({
          look: fileName.describe("A frame's pixels to the encoder's channels."),
          encode: fileName.describe("The channels of any part of a frame, in whole cells, to its features."),
          settle: fileName.describe("Lets the background follow a frame."),
          gather: fileName.describe("The features of a unit's frames to its visual tokens."),
        }),
      ])
      .describe("The image encoder."),
    visual: z.array(fileName).min(1).describe("The visual stack, cut at its attentions."),
    text: z.array(fileName).min(2).describe("The text stack, cut at its attentions."),
  }),
  files: z.record(z.string(), z.string().regex(/^[0-9a-f]{64}$/)).describe("SHA-256 of every file."),
});

export type BundleManifest = z.infer<typeof bundleSchema>;
