import { z } from "zod";
import { errorEvent } from "./error-event.ts";
import { closeReason, count, dropReason, eventId, mediaTimeMs, sceneReason, seq, unit } from "./fields.ts";
import {
  outputTextDelta,
  outputTextDone,
  reasoningTextDelta,
  reasoningTextDone,
  responseCreated,
  responseDone,
} from "./response-events.ts";
import { sessionObject } from "./session-object.ts";

export const sessionCreated = z
  .object({
    type: z.literal("session.created"),
    event_id: eventId,
    session: sessionObject.describe("The session as it stands."),
  })
  .describe("The first event of every session: what the model is, and what the session may and will do.");

export const sessionUpdated = z
  .object({
    type: z.literal("session.updated"),
    event_id: eventId,
    session: sessionObject.describe("The session as it stands."),
  })
  .describe("Answers `session.update`: the settings as they are now.");

export const frameDropped = z
  .object({
    type: z.literal("input_video_frame.dropped"),
    event_id: eventId,
    seq,
    media_time_ms: mediaTimeMs,
    reason: dropReason,
  })
  .describe("A frame was not looked at. Nothing is dropped without one of these.");

const percentiles = (what: string) =>
  z
    .object({
      p50: z.number().nullable().describe("Median (ms); null while there is no sample."),
      p95: z.number().nullable().describe("95th percentile (ms)."),
      p99: z.number().nullable().describe("99th percentile (ms)."),
      samples: z.int().min(0).describe("How many there were in the window."),
    })
    .describe(what);

export const sessionStats = z
  .object({
    type: z.literal("session.stats"),
    event_id: eventId,
    stats: z
      .object({
        uptime_ms: z.number().describe("Since the session began (ms)."),
        window_ms: z
          .number()
          .describe("Length of the sliding window that rates and percentiles are over (ms)."),
        frames_in: count("Frames received, dropped ones included."),
        frames_dropped: z
          .object({
            busy: count("Decoding or vision was behind."),
            rate: count("Over the rate that is looked at."),
            duplicate: count("The same picture again."),
            decode_error: count("Broken, too large or too old."),
          })
          .describe("Frames dropped since the start, by reason."),
        fps_in: z.number().describe("Frames received a second, over the window."),
        units: count("Units seen since the start."),
        units_unfamiliar: count("Those of them at which the scene was unfamiliar."),
        thoughts: count("Thoughts that were said since the start; skips are counted apart."),
        skips: count("Units about which the model had nothing to say, since the start."),
        answers: count("Answers since the start."),
        tokens_per_s: z.number().describe("Tokens of thoughts and answers a second, over the window."),
        ttft_ms: percentiles(
          "Arrival of a unit's last frame → first reasoning token about it; quiet units left out.",
        ),
        skip_ms: percentiles("Arrival of a unit's last frame → the decision that there is nothing to say."),
        staleness_ms: z
          .number()
          .nullable()
          .describe(
            "How far the last thought was behind the newest frame when it ended (ms); null before the first.",
          ),
      })
      .describe("Counts since the start; rates and percentiles over the window."),
  })
  .describe("How the session is doing, every `stats_interval_ms` and once before `session.closed`.");

export const contextCompressed = z
  .object({
    type: z.literal("session.context_compressed"),
    event_id: eventId,
    visual_evicted: count("Units that have left the visual window since the last such event."),
    text_evicted: count("Tokens that have left the narrator's text window since the last such event."),
  })
  .describe("The windows are full and the oldest was forgotten: normal on a long stream.");

export const sessionScene = z
  .object({
    type: z.literal("session.scene"),
    event_id: eventId,
    status: z
      .enum(["familiar", "unfamiliar"])
      .describe("`unfamiliar`: far from what the model was made for, so its words may be wrong."),
    reason: sceneReason.nullable().describe("Why it is unfamiliar; null when it is familiar."),
    message: z.string().describe("What it is and what to do, for people."),
    unit,
    media_time_ms: mediaTimeMs.describe("Media time of the unit that was judged so (ms)."),
    since_ms: z.number().describe("Media time of the first sign of it (ms)."),
  })
  .describe(
    "The scene has become unfamiliar, or familiar again, or the reason has changed. A session begins familiar. Thoughts and answers go on; `unfamiliar` on them says how it stood.",
  );

export const goingAway = z
  .object({
    type: z.literal("session.going_away"),
    event_id: eventId,
    time_left_ms: z.number().min(0).describe("Until the server closes the socket (ms)."),
  })
  .describe("The server is shutting down: take no new frames to it, finish, and connect elsewhere or later.");

export const sessionTotals = z
  .object({
    frames_in: count("Frames received, dropped ones included."),
    frames_dropped: count("Frames that were not looked at."),
    units: count("Units seen."),
    units_unfamiliar: count("Those of them at which the scene was unfamiliar."),
    thoughts: count("Thoughts that were said; skips are counted apart."),
    skips: count("Units about which the model had nothing to say."),
    answers: count("Answers."),
    reasoning_tokens: count("Tokens of thoughts."),
    visual_units_evicted: count("Units that left the visual window."),
    text_tokens_evicted: count("Tokens that left the text window."),
  })
  .describe("Counts over the whole session.");

export const sessionClosed = z
  .object({
    type: z.literal("session.closed"),
    event_id: eventId,
    reason: closeReason,
    totals: sessionTotals,
  })
  .describe("The last event of every session; then the socket is closed.");

/** Every event of the server, by its type. */
export const SERVER_EVENTS = {
  "session.created": sessionCreated,
  "session.updated": sessionUpdated,
  "input_video_frame.dropped": frameDropped,
  "response.created": responseCreated,
  "response.reasoning_text.delta": reasoningTextDelta,
  "response.reasoning_text.done": reasoningTextDone,
  "response.output_text.delta": outputTextDelta,
  "response.output_text.done": outputTextDone,
  "response.done": responseDone,
  "session.stats": sessionStats,
  "session.context_compressed": contextCompressed,
  "session.scene": sessionScene,
  "session.going_away": goingAway,
  "session.closed": sessionClosed,
  error: errorEvent,
} as const;

export type ServerEventType = keyof typeof SERVER_EVENTS;
export type ServerEvent = z.infer<(typeof SERVER_EVENTS)[ServerEventType]>;
export type ServerEventOf<T extends ServerEventType> = Extract<ServerEvent, { type: T }>;
export type SessionStats = ServerEventOf<"session.stats">["stats"];
export type SessionTotals = z.infer<typeof sessionTotals>;
