import { z } from "zod";
import type { ModelInfo } from "../engine/mod.ts";
import { paradigm } from "./fields.ts";

/** What the model is, so that a client can send what it takes and ask what it knows. */
export const modelInfo = z.object({
  description: z.string().describe("What the model watches and says, in a sentence."),
  width: z.int().describe("Width of the frames that it sees (px); larger frames only cost bandwidth."),
  height: z.int().describe("Height of the frames that it sees (px)."),
  fps: z.number().describe("Frames a second that it was trained for."),
  frames_per_unit: z.int().describe("Frames that make one unit."),
  sink_units: z.int().describe("Units at a stream's start that are never forgotten."),
  limits: z
    .object({
      visual_units: z.int().describe("Largest `windows.visual_units`."),
      text_tokens: z.int().describe("Largest `windows.text_tokens`."),
      thought_tokens: z.int().describe("Largest `budgets.thought_tokens`."),
      answer_tokens: z.int().describe("Largest `budgets.answer_tokens`."),
      question_tokens: z.int().describe("Most tokens of a question."),
    })
    .describe("What it was trained for."),
  example_questions: z.array(z.string()).describe("Questions that it was taught."),
});

/** What the server takes of this session. */
export const sessionLimits = z.object({
  max_fps: z.number().describe("Most frames a second that are looked at; send no more."),
  max_frame_bytes: z
    .int()
    .describe("Most bytes of one encoded picture; a larger message closes the socket (1009)."),
  max_frame_pixels: z.int().describe("Most pixels of one picture (width × height)."),
  max_inflight: z.int().describe("Frames that may wait for vision before the oldest is dropped."),
  idle_timeout_ms: z
    .number()
    .describe("Time without any message of the client after which the session ends (ms)."),
});

/** A session as it stands: `session.created` and `session.updated` carry all of it. */
export const sessionObject = z.object({
  id: z.string().describe("Id of the session, unique in this server's life."),
  model: z.string().describe("Id of the model."),
  model_info: modelInfo.describe("What the model is."),
  limits: sessionLimits.describe("What the server takes."),
  paradigm,
  fps: z.number().describe("Frames a second that are looked at."),
  windows: z
    .object({
      visual_units: z.int().describe("Units kept in the visual window."),
      text_tokens: z.int().describe("Tokens kept in the narrator's text window."),
    })
    .describe("How much is remembered."),
  budgets: z
    .object({
      thought_tokens: z.int().describe("Most tokens of one thought."),
      answer_tokens: z.int().describe("Most tokens of one answer."),
    })
    .describe("How much may be said."),
  temperature: z.number().describe("0: greedy."),
  seed: z.int().nullable().describe("Seed of the sampling; null where the server chooses."),
  max_inflight: z.int().describe("Frames that may wait for vision."),
  scene_monitor: z.boolean().describe("Whether `session.scene` says when the scene is unfamiliar."),
  stats_interval_ms: z.number().describe("Time between `session.stats` events (ms)."),
});

export type ModelInfoObject = z.infer<typeof modelInfo>;
export type SessionLimits = z.infer<typeof sessionLimits>;
export type SessionObject = z.infer<typeof sessionObject>;

/** The engine's model as clients see it, in `session.created` and in `GET /v1/models`. */
export function toModelInfo(model: ModelInfo): ModelInfoObject {
  return {
    description: model.description,
    width: model.width,
    height: model.height,
    fps: model.fps,
    frames_per_unit: model.framesPerUnit,
    sink_units: model.sinkUnits,
    limits: {
      visual_units: model.limits.visualWindowUnits,
      text_tokens: model.limits.textWindowTokens,
      thought_tokens: model.limits.thoughtTokens,
      answer_tokens: model.limits.answerTokens,
      question_tokens: model.limits.questionTokens,
    },
    example_questions: [...model.exampleQuestions],
  };
}
