import { z } from "zod";
import { clientEventId, limitedText, paradigm, seq } from "./fields.ts";
import { MAX_ID_CHARS, MAX_INSTRUCTION_CHARS, MAX_QUESTION_CHARS } from "./sizes.ts";

/** So many characters at either end of a picture are looked at. */
const LOOKED_AT_CHARS = 1024;

/**
 * Whether a picture looks like base64. It has millions of characters, and a pattern for all of them takes long. Whoever
 * decodes it finds out about the rest.
 */
function looksLikeBase64(text: string): boolean {
  const start = /^data:image\/[\w.+-]{1,64};base64,/.exec(text.slice(0, 128))?.[0].length ?? 0;
  const ends = [text.slice(start, start + LOOKED_AT_CHARS), text.slice(start).slice(-LOOKED_AT_CHARS)];
  return ends.every((end) => /^[A-Za-z0-9+/]+={0,2}$/.test(end));
}

/** The settings that `session.update` can change. Each is optional; one that is left out stays as it is. */
export const sessionSettings = z.object({
  paradigm: paradigm.optional(),
  fps: z
    .number()
    .positive()
    .optional()
    .describe("Frames a second to look at, at most `limits.max_fps`. Further frames are dropped as `rate`."),
  windows: z
    .object({
      visual_units: z.int().min(1).optional().describe("Units kept in the visual window."),
      text_tokens: z.int().min(1).optional().describe("Tokens kept in the narrator's text window."),
    })
    .optional()
    .describe("How much the model remembers; at most what it was trained for (`model_info.limits`)."),
  budgets: z
    .object({
      thought_tokens: z.int().min(1).optional().describe("Most tokens of one thought."),
      answer_tokens: z.int().min(1).optional().describe("Most tokens of one answer."),
    })
    .optional()
    .describe("How much the model may say; at most what it was trained for (`model_info.limits`)."),
  temperature: z
    .number()
    .min(0)
    .max(2)
    .optional()
    .describe("Sampling temperature, from 0 (greedy: always the most likely token) to 2."),
  seed: z
    .int()
    .min(0)
    .max(2 ** 32 - 1)
    .optional()
    .describe("Seed of the sampling. It has no effect at temperature 0."),
  max_inflight: z
    .int()
    .min(1)
    .optional()
    .describe(
      "Most frames that may wait for vision; one more drops the oldest as `busy`. From `model_info.frames_per_unit` to `limits.max_inflight`.",
    ),
  scene_monitor: z
    .boolean()
    .optional()
    .describe(
      "Whether `session.scene` tells when the scene becomes unfamiliar. Default: `model_info.watches_scene`. A model that was made for any scene refuses true with `unsupported_parameter`.",
    ),
  stats_interval_ms: z
    .int()
    .min(100)
    .max(60_000)
    .optional()
    .describe("Time between `session.stats` events (ms), from 100 to 60000. It may be changed at any time."),
  instructions: limitedText(MAX_INSTRUCTION_CHARS)
    .nullable()
    .optional()
    .describe(
      "What the user wants to be told, in free text, such as `Tell me when somebody falls.`; null or empty: nothing in particular. A model that takes no instructions (`model_info.takes_instructions`) refuses it with `unsupported_parameter`.",
    ),
});

export const sessionUpdate = z
  .object({
    type: z.literal("session.update"),
    event_id: clientEventId,
    session: sessionSettings.describe("The settings to change."),
  })
  .describe(
    "Changes settings. When one of them is refused, none is changed. After the first frame or question, only `stats_interval_ms` can still be changed. The answer is `session.updated`. A client that watches may change `stats_interval_ms`, for itself alone.",
  );

export const frameAppend = z
  .object({
    type: z.literal("input_video_frame.append"),
    event_id: clientEventId,
    image: z
      .string()
      .refine(looksLikeBase64, { error: "It must be base64; a data:image/…;base64, prefix is allowed." })
      .describe(
        "One encoded JPEG, PNG or WebP picture in base64; a `data:image/…;base64,` prefix is allowed.",
      ),
    seq: seq.optional(),
    capture_time_ms: z
      .number()
      .min(0)
      .optional()
      .describe(
        "When the picture was captured, in the stream's own time (ms). It must not go backwards. Default: the time of its arrival, counted from the first frame.",
      ),
  })
  .describe("One frame as JSON, for clients that cannot send binary messages. It takes a third more bytes.");

export const videoStart = z
  .object({
    type: z.literal("input_video.start"),
    event_id: clientEventId,
    mime: limitedText(MAX_ID_CHARS).describe(
      "MIME type of the container: `video/webm`, `video/mp4` (fragmented), `video/h264` (Annex B), `video/mp2t`, or `image/jpeg` (JPEGs one behind the other). Parameters such as `;codecs=vp8` are ignored.",
    ),
  })
  .describe(
    "Begins a video that comes as a container, such as what a `MediaRecorder` records. The binary messages that follow are its chunks, of any size, in order and from its first byte on, until `input_video.stop`. A session takes either pictures or containers, one at a time. The answer is `input_video.started`. [How to send one](pushed-video.md)",
  );

export const videoStop = z
  .object({ type: z.literal("input_video.stop"), event_id: clientEventId })
  .describe(
    "Ends the container. What has come of it is decoded to its end. Then `input_video.stopped` follows, and another `input_video.start` may.",
  );

export const questionItem = z.object({
  id: limitedText(MAX_ID_CHARS)
    .optional()
    .describe("The client's own id of the question. `response.created` repeats it as `item_id`."),
  type: z.literal("message"),
  role: z.literal("user"),
  content: z
    .array(
      z.object({
        type: z.literal("input_text", {
          error: 'It must be "input_text". Pictures go as binary messages or input_video_frame.append.',
        }),
        text: limitedText(MAX_QUESTION_CHARS).describe("The question."),
      }),
    )
    .min(1)
    .refine((parts) => parts.reduce((sum, { text }) => sum + text.length + 1, -1) <= MAX_QUESTION_CHARS, {
      error: `The parts may have at most ${MAX_QUESTION_CHARS} characters together.`,
    })
    .describe(
      `The parts of the question. Several are joined with spaces. At most ${MAX_QUESTION_CHARS} characters in all; how many tokens, says \`model_info.limits.question_tokens\`.`,
    ),
});

export const itemCreate = z
  .object({
    type: z.literal("conversation.item.create"),
    event_id: clientEventId,
    item: questionItem.describe("A user message, in OpenAI's shape."),
  })
  .describe(
    "Asks a question, at any time. The answer comes at once, from what has been seen and thought so far. No `response.create` is needed.",
  );

export const responseCancel = z
  .object({
    type: z.literal("response.cancel"),
    event_id: clientEventId,
    response_id: limitedText(MAX_ID_CHARS)
      .optional()
      .describe("The answer to stop. Default: every answer under way that this client asked for."),
  })
  .describe(
    "Stops answers. They end with the status `cancelled`. An answer that has already ended stays as it is. Whoever watches can stop only its own answers.",
  );

export const sessionClose = z
  .object({ type: z.literal("session.close"), event_id: clientEventId })
  .describe(
    "Ends the session. No more frames are taken, what waits is thought about, and questions are answered. Then `session.closed` and close code 1000 follow. From a client that watches, it ends the watching at once, and the stream goes on.",
  );

/** The schemas of all messages of a client, by type. */
export const CLIENT_MESSAGES = {
  "session.update": sessionUpdate,
  "input_video_frame.append": frameAppend,
  "input_video.start": videoStart,
  "input_video.stop": videoStop,
  "conversation.item.create": itemCreate,
  "response.cancel": responseCancel,
  "session.close": sessionClose,
} as const;

export type ClientMessageType = keyof typeof CLIENT_MESSAGES;
export type ClientMessage = z.infer<(typeof CLIENT_MESSAGES)[ClientMessageType]>;
export type SessionSettings = z.infer<typeof sessionSettings>;
