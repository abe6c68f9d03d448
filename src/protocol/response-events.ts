import { z } from "zod";
import { atLeastReason, eventId, latencyMs, mediaTimeMs, responseId, skipReason, unit } from "./fields.ts";

const kind = z
  .enum(["thought", "answer"])
  .describe("`thought`: what the model says about a unit by itself; `answer`: its answer to a question.");

export const responseCreated = z
  .object({
    type: z.literal("response.created"),
    event_id: eventId,
    response: z
      .object({
        id: responseId,
        kind,
        status: z.literal("in_progress"),
        unit: unit.nullable().describe("Number of the unit that a thought is about; null for an answer."),
        media_time_ms: mediaTimeMs
          .nullable()
          .describe(
            "Media time of that unit's last frame (ms); null for an answer, whose `response.output_text.done` has it.",
          ),
        question: z.string().nullable().describe("The question; null for a thought."),
        item_id: z
          .string()
          .nullable()
          .describe("`item.id` of the question; null when the client gave none, and for a thought."),
        in_reply_to: z
          .string()
          .nullable()
          .describe("`event_id` of the message that asked; null when it had none, and for a thought."),
      })
      .describe("The thought or answer that begins."),
  })
  .describe("A thought or an answer begins.");

export const reasoningTextDelta = z
  .object({
    type: z.literal("response.reasoning_text.delta"),
    event_id: eventId,
    response_id: responseId,
    unit,
    media_time_ms: mediaTimeMs,
    delta: z.string().describe("The next piece of text."),
  })
  .describe(
    "The next piece of a thought, as it is decoded: a word, or a whole clause from a model whose thoughts have clauses. No piece is taken back.",
  );

export const reasoningTextDone = z
  .object({
    type: z.literal("response.reasoning_text.done"),
    event_id: eventId,
    response_id: responseId,
    unit,
    since_media_time_ms: z
      .number()
      .describe(
        "Media time of the last frame before the unit (ms). What the thought tells happened between this time and `media_time_ms`.",
      ),
    media_time_ms: mediaTimeMs,
    text: z
      .string()
      .describe(
        "The whole thought; empty when the unit was skipped, or when the token budget did not suffice for one clause.",
      ),
    skipped: z.boolean().describe("Nothing was said about this unit. `skip_reason` says why."),
    skip_reason: skipReason.nullable().describe("Why nothing was said; null when something was."),
    unfamiliar: z
      .boolean()
      .describe("The scene was unfamiliar at this unit (`session.scene`), so the thought may be wrong."),
  })
  .describe("A thought is finished, or its unit was skipped.");

export const outputTextDelta = z
  .object({
    type: z.literal("response.output_text.delta"),
    event_id: eventId,
    response_id: responseId,
    delta: z.string().describe("The next piece of text."),
  })
  .describe("The next piece of an answer, as it is decoded.");

export const outputTextDone = z
  .object({
    type: z.literal("response.output_text.done"),
    event_id: eventId,
    response_id: responseId,
    text: z.string().describe("The whole answer, or the part that was decoded before it was stopped."),
    unit: unit.describe("Number of the newest unit that the answer could look at; -1 before the first."),
    media_time_ms: mediaTimeMs.describe("Media time of that unit's last frame (ms); -1 before the first."),
    outside: z
      .object({
        unknown_words: z.array(z.string()).describe("Words of the question that the model does not know."),
        examples: z.array(z.string()).describe("Questions that it was trained to answer."),
      })
      .nullable()
      .describe("Set when the model said that it cannot answer the question; else null."),
    note: z
      .string()
      .nullable()
      .describe(
        "For people: what the model does not take into account in answers to such questions; null when there is nothing to say. `text` stays the bare answer.",
      ),
    unfamiliar: z
      .boolean()
      .describe("The scene was unfamiliar at that unit (`session.scene`), so the answer may be wrong."),
    at_least: z
      .boolean()
      .describe(
        "The answer is a number that says how many there were since the start, and somebody may have been missed: there were at least so many. `text` stays the bare number.",
      ),
    at_least_because: z
      .array(atLeastReason)
      .describe("Why somebody may have been missed, each reason once; empty when `at_least` is false."),
  })
  .describe("The text of an answer has ended.");

export const responseDone = z
  .object({
    type: z.literal("response.done"),
    event_id: eventId,
    response: z
      .object({
        id: responseId,
        kind,
        status: z
          .enum(["completed", "cancelled", "incomplete", "failed"])
          .describe(
            "`incomplete`: the token budget ended it, a thought after its last whole clause; `cancelled`: the client stopped it; `failed`: `status_details` says why.",
          ),
        status_details: z
          .object({
            code: z.string().describe("An error code."),
            message: z.string().describe("What went wrong, and what to do."),
          })
          .nullable()
          .describe("What went wrong, when the status is `failed`."),
        usage: z
          .object({
            input_tokens: z
              .int()
              .describe(
                "Tokens of the question; 0 for a thought. Visual tokens are not counted. 0 also when the model's server counts whole prompts only: those are in `session.stats`.",
              ),
            output_tokens: z.int().describe("Tokens that the model generated."),
            total_tokens: z.int().describe("Their sum."),
          })
          .describe("Text tokens."),
      })
      .describe("The thought or answer that has ended."),
    timing: z
      .object({
        ttft_ms: latencyMs(
          "Of a thought: from the arrival of the unit's last frame to the decision of the first token",
        ),
        staleness_ms: latencyMs(
          "Of a thought: how far its unit was behind the newest frame when the thought ended",
        ),
        answer_first_ms: latencyMs("Of an answer: from the arrival of the question to the first token"),
        answer_done_ms: latencyMs("Of an answer: from the arrival of the question to the last token"),
      })
      .describe("How long it took, from arrival."),
  })
  .describe("A thought or an answer has ended: its status, its tokens and its latency.");
