import { z } from "zod";
import { count, eventId } from "./fields.ts";

const percentiles = (what: string) =>
  z
    .object({
      p50: z.number().nullable().describe("Median (ms); null while there is no sample."),
      p95: z.number().nullable().describe("95th percentile (ms)."),
      p99: z.number().nullable().describe("99th percentile (ms)."),
      samples: z.int().min(0).describe("Number of samples in the window."),
    })
    .describe(what);

const usageRate = z.object({
  prefilled_per_minute: z
    .number()
    .nullable()
    .describe("Tokens of prompts that were computed; null when the model's backend does not count them."),
  cached_per_minute: z
    .number()
    .nullable()
    .describe(
      "Tokens of prompts that a prefix cache had from before; null when they are not counted. A server that does not tell them makes all count as computed.",
    ),
  generated_per_minute: z.number().describe("Tokens that were generated."),
});

const caches = z.object({
  visual: z
    .object({
      sink_units: count("Units of the beginning that are held and never leave."),
      window_units: count("Most units that the window can hold."),
      held_units: count("Units in the window. Those of `sink_units` are not among them."),
      evicted_units: count("Units that have left the window."),
    })
    .nullable()
    .describe(
      "The visual cache, as of the newest unit that was seen; null before the first, and when the model's backend does not know.",
    ),
  text: z
    .object({
      window_tokens: count(
        "Most tokens that the earlier thoughts may have in the window when the next one begins.",
      ),
      held_tokens: count(
        "Tokens in the window. Those of the newest thought are among them, so they can be more than `window_tokens` by that thought. What a model was told at its beginning is not among them.",
      ),
      evicted_tokens: count("Tokens that have left the window."),
    })
    .nullable()
    .describe(
      "The narrator's text cache, as of the last unit that was thought about; null before the first, and when the model's backend does not know.",
    ),
});

export const sessionStats = z
  .object({
    type: z.literal("session.stats"),
    event_id: eventId,
    stats: z
      .object({
        uptime_ms: z.number().describe("Time since the session began (ms)."),
        window_ms: z
          .number()
          .describe("Length of the sliding window over which rates and percentiles are computed (ms)."),
        frames_in: count("Frames received, dropped ones included."),
        frames_dropped: z
          .object({
            busy: count("Decoding or vision was behind."),
            rate: count("More frames a second than are looked at."),
            duplicate: count("The same picture again."),
            decode_error: count("The picture was broken, too large, or older than the one before."),
          })
          .describe("Frames dropped since the start, by reason."),
        fps_in: z.number().describe("Frames received a second, over the window."),
        units: count("Units seen since the start."),
        units_unfamiliar: count("Units at which the scene was unfamiliar, since the start."),
        thoughts: count("Thoughts with text since the start. Skips are counted separately."),
        skips: count("Units about which nothing was said, since the start."),
        skip_reasons: z
          .object({
            nothing_new: count("The model decided so."),
            still: count("The picture had not changed."),
            repeated: count("It had been said."),
            late: count("A newer unit had come."),
            limited: count("A limit on calls or tokens was reached."),
            unavailable: count("The model could not be reached."),
          })
          .describe("Skips since the start, by reason."),
        answers: count("Answers since the start."),
        tokens_per_s: z.number().describe("Tokens of thoughts and answers a second, over the window."),
        usage: z
          .object({
            narrator: usageRate.describe("For thoughts, and for decisions whether to have one."),
            answers: usageRate.describe("For answers."),
          })
          .describe("What thinking costs: tokens a minute, over the window."),
        ttft_ms: percentiles(
          "From the arrival of a unit's last frame to the first token about it (time to first token). Skips are not in it.",
        ),
        skip_ms: percentiles("From the arrival of a unit's last frame to the decision to skip it."),
        staleness_ms: z
          .number()
          .nullable()
          .describe(
            "How far the unit of the last thought was behind the newest frame when the thought ended (ms); null before the first thought.",
          ),
        caches: caches.nullable().describe("What both caches hold; null before the stream is open."),
      })
      .describe(
        "Counts are since the start; those of a camera go on where its last stream has ended, but for those of `caches`. Rates and percentiles are over the window.",
      ),
  })
  .describe("Figures about the session, every `stats_interval_ms` and once before `session.closed`.");
