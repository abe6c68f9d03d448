import { z } from "zod";
import { eventId, latencyMs, mediaTimeMs, responseId, unit } from "./fields.ts";

const kind = z
  .enum(["thought", "answer"])
  .describe("`thought`: what the narrator says of a unit, unasked; `answer`: the reply to a question.");

export const responseCreated = z
  .object({
    type: z.literal("response.created"),
    event_id: eventId,
    response: z
      .object({
        id: responseId,
        kind,
        status: z.literal("in_progress"),
        unit: unit.nullable().describe("The unit that a thought is about; null for an answer."),
        media_time_ms: mediaTimeMs
          .nullable()
          .describe(
            "Media time of that unit's last frame (ms); null for an answer, which says it when it is done.",
          ),
        question: z.string().nullable().describe("The question that is answered; null for a thought."),
        item_id: z.string().nullable().describe("`item.id` of the question, where the client gave one."),
        in_reply_to: z
          .string()
          .nullable()
          .describe("`event_id` of the client's question, where it gave one; null for a thought."),
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
    delta: z.string().describe("The next piece of the thought."),
  })
  .describe("A piece of a thought, as it is decoded.");

export const reasoningTextDone = z
  .object({
    type: z.literal("response.reasoning_text.done"),
    event_id: eventId,
    response_id: responseId,
    unit,
    since_media_time_ms: z
      .number()
      .describe(
        "Media time of the last frame before the unit (ms); what is told happened after it, up to `media_time_ms`. Farther back where frames were dropped.",
      ),
    media_time_ms: mediaTimeMs,
    text: z.string().describe("The whole thought; empty when it was skipped."),
    skipped: z.boolean().describe("The model decided that there is nothing to say of this unit."),
    unfamiliar: z
      .boolean()
      .describe("The scene was unfamiliar at this unit (`session.scene`): it may be wrong."),
  })
  .describe("A thought is finished, or was skipped.");

export const outputTextDelta = z
  .object({
    type: z.literal("response.output_text.delta"),
    event_id: eventId,
    response_id: responseId,
    delta: z.string().describe("The next piece of the answer."),
  })
  .describe("A piece of an answer, as it is decoded.");

export const outputTextDone = z
  .object({
    type: z.literal("response.output_text.done"),
    event_id: eventId,
    response_id: responseId,
    text: z.string().describe("The whole answer, as far as it came."),
    unit: unit.describe("The newest unit that the answer could see; -1 before the first."),
    media_time_ms: mediaTimeMs.describe("Media time of that unit's last frame (ms); -1 before the first."),
    outside: z
      .object({
        unknown_words: z.array(z.string()).describe("Words of the question that the model does not know."),
        examples: z.array(z.string()).describe("Questions that it was taught."),
      })
      .nullable()
      .describe(
        "Set when the model said that it cannot tell: what it was not taught, and what may be asked.",
      ),
    unfamiliar: z
      .boolean()
      .describe("The scene was unfamiliar at that unit (`session.scene`): it may be wrong."),
  })
  .describe("An answer's text has ended.");

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
          .describe("`incomplete`: the token budget ended it; `cancelled`: the client did."),
        status_details: z
          .object({
            code: z.string().describe("An error code."),
            message: z.string().describe("What to do."),
          })
          .nullable()
          .describe("What went wrong, when the status is `failed`."),
        usage: z
          .object({
            input_tokens: z
              .int()
              .describe("Tokens of the question; 0 for a thought. Frames are not counted."),
            output_tokens: z.int().describe("Tokens that were decoded."),
            total_tokens: z.int().describe("Their sum."),
          })
          .describe("Text tokens."),
      })
      .describe("The thought or answer that has ended."),
    timing: z
      .object({
        ttft_ms: latencyMs("Thought: arrival of the unit's last frame → the first token's decision"),
        staleness_ms: latencyMs("Thought: how far its unit was behind the newest frame when it ended"),
        answer_first_ms: latencyMs("Answer: the question's arrival → its first token"),
        answer_done_ms: latencyMs("Answer: the question's arrival → its last token"),
      })
      .describe("What it took, from arrival."),
  })
  .describe("A thought or an answer has ended, with what it cost.");
