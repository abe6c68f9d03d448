import { z } from "zod";
import type { ModelInfo } from "../engine/mod.ts";
import { paradigm } from "./fields.ts";

/** What a client must know about the model: the frames that it takes, its limits, and what it can be asked. */
export const modelInfo = z.object({
  description: z.string().describe("What the model watches and says, in a sentence."),
  width: z
    .int()
    .describe(
      "Width of the frames that it looks at (px). With `keeps_proportions`, no side is longer than the larger one of both. Larger frames only cost bandwidth.",
    ),
  height: z.int().describe("Height of the frames that it looks at (px)."),
  keeps_proportions: z
    .boolean()
    .describe("Whether a frame keeps its proportions, in place of being scaled to `width` × `height`."),
  fps: z
    .number()
    .describe(
      "Frame rate that it was trained for, or that was chosen so that it keeps up (frames a second).",
    ),
  tokens_per_frame: z
    .number()
    .nullable()
    .describe("What one frame takes in the visual window (tokens); null when that is not known."),
  chosen_because: z
    .string()
    .nullable()
    .describe(
      "For people: why frames of this size are looked at so often; null when the model was trained for them.",
    ),
  takes_instructions: z.boolean().describe("Whether `session.instructions` can be set."),
  watches_scene: z.boolean().describe("Whether `session.scene_monitor` can be on."),
  frames_per_unit: z.int().describe("Number of frames in a unit."),
  sink_units: z.int().describe("Number of units at the start of a stream that are never evicted."),
  limits: z
    .object({
      visual_units: z.int().describe("Largest value of `windows.visual_units`."),
      text_tokens: z.int().describe("Largest value of `windows.text_tokens`."),
      thought_tokens: z.int().describe("Largest value of `budgets.thought_tokens`."),
      answer_tokens: z.int().describe("Largest value of `budgets.answer_tokens`."),
      question_tokens: z.int().describe("Most tokens of a question."),
    })
    .describe("What it was trained for; the settings cannot exceed it."),
  example_questions: z.array(z.string()).describe("Questions that it was trained to answer."),
});

/** How much the server takes from this session. */
export const sessionLimits = z.object({
  max_fps: z.number().describe("Most frames a second that are looked at. Sending more only causes drops."),
  max_frame_bytes: z
    .int()
    .describe("Most bytes of one encoded picture. A larger message closes the socket (1009)."),
  max_frame_pixels: z.int().describe("Most pixels of one picture (width × height)."),
  max_inflight: z.int().describe("Largest value of `max_inflight`."),
  idle_timeout_ms: z
    .number()
    .describe(
      "How long the client may send nothing before the session ends (ms). One that watches may be silent.",
    ),
});

/** A stream with all its settings, as `session.updated` shows it to all its clients. */
export const sessionObject = z.object({
  id: z
    .string()
    .describe(
      "Id of the session, unique until the server restarts. Of a watched stream, that of the stream.",
    ),
  model: z.string().describe("Id of the model."),
  model_info: modelInfo.describe("What a client must know about the model."),
  limits: sessionLimits.describe("How much the server takes from this session."),
  paradigm,
  fps: z.number().describe("Frames a second that are looked at."),
  windows: z
    .object({
      visual_units: z.int().describe("Units kept in the visual window."),
      text_tokens: z.int().describe("Tokens kept in the narrator's text window."),
    })
    .describe("How much the model remembers."),
  budgets: z
    .object({
      thought_tokens: z.int().describe("Most tokens of one thought."),
      answer_tokens: z.int().describe("Most tokens of one answer."),
    })
    .describe("How much the model may say."),
  temperature: z.number().describe("Sampling temperature; 0: greedy."),
  seed: z.int().nullable().describe("Seed of the sampling; null when the client has set none."),
  max_inflight: z
    .int()
    .describe("Most frames that may wait for vision; one more drops the oldest as `busy`."),
  instructions: z
    .string()
    .nullable()
    .describe("What the user wants to be told, in free text; null: nothing in particular."),
  scene_monitor: z.boolean().describe("Whether `session.scene` tells when the scene becomes unfamiliar."),
  stats_interval_ms: z.number().describe("Time between `session.stats` events (ms)."),
});

/** A session as `session.created` and `session.resumed` show it to its own client alone. */
export const connectedSession = sessionObject.extend({
  role: z
    .enum(["own", "watch"])
    .describe(
      "`own`: the stream is this client's, who sends the pictures; `watch`: the client watches a stream that is there anyway, and may ask.",
    ),
  resume: z
    .object({
      token: z
        .string()
        .describe("Proves that a client is the one of this session. Keep it secret. It stays the same."),
      window_ms: z.number().describe("How long the session waits for a client that was lost (ms)."),
    })
    .nullable()
    .describe("How to come back after the connection was lost; null: the session ends with its socket."),
});

export type ConnectedSession = z.infer<typeof connectedSession>;
export type ModelInfoObject = z.infer<typeof modelInfo>;
export type SessionLimits = z.infer<typeof sessionLimits>;
export type SessionObject = z.infer<typeof sessionObject>;

/** The model in the form that `session.created` and `GET /v1/models` show. */
export function toModelInfo(model: ModelInfo): ModelInfoObject {
  return {
    description: model.description,
    width: model.width,
    height: model.height,
    keeps_proportions: model.input.size === "dynamic",
    fps: model.fps,
    tokens_per_frame: model.tokensPerFrame,
    chosen_because: model.chosenBecause,
    takes_instructions: model.can.instructions,
    watches_scene: model.can.watchScene,
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
