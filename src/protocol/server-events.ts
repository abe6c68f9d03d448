import { z } from "zod";
import {
  closeReason,
  count,
  dropReason,
  eventId,
  gapReason,
  mediaTimeMs,
  sceneReason,
  seq,
  sourceNoticeCode,
  sourceState,
  unit,
} from "./fields.ts";
import {
  outputTextDelta,
  outputTextDone,
  reasoningTextDelta,
  reasoningTextDone,
  responseCreated,
  responseDone,
} from "./response-events.ts";
import { connectedSession, sessionObject } from "./session-object.ts";
import { sessionStats } from "./stats-event.ts";

export const sessionCreated = z
  .object({
    type: z.literal("session.created"),
    event_id: eventId,
    session: connectedSession.describe("The session with all its settings."),
  })
  .describe("The first event of every session: the model, the limits and the settings.");

export const sessionResumed = z
  .object({
    type: z.literal("session.resumed"),
    event_id: eventId,
    session: connectedSession.describe("The session with all its settings, as they are now."),
  })
  .describe(
    "The first event on a new socket of a session that goes on. Every event of the log that the client does not have follows.",
  );

export const sessionUpdated = z
  .object({
    type: z.literal("session.updated"),
    event_id: eventId,
    session: sessionObject.describe("The session with all its settings."),
  })
  .describe(
    "The answer to `session.update`: the settings as they are now. Everybody on the stream gets it. The answer to a client that only watches is for that client alone.",
  );

export const frameDropped = z
  .object({
    type: z.literal("input_video_frame.dropped"),
    event_id: eventId,
    seq,
    media_time_ms: mediaTimeMs,
    reason: dropReason,
  })
  .describe("A frame was dropped: it was not looked at. Each frame that is dropped has an event of its own.");

export const videoStarted = z
  .object({
    type: z.literal("input_video.started"),
    event_id: eventId,
    mime: z.string().describe("MIME type of the container, without parameters."),
    expects: z.string().describe("For people: what the container must be."),
    clock: z
      .enum(["container", "arrival"])
      .describe(
        "Where media times come from. `container`: from its own timestamps; `arrival`: from when its chunks arrive, because it has none.",
      ),
  })
  .describe("The answer to `input_video.start`: a decoder is there. Chunks need not wait for it.");

export const videoStopped = z
  .object({
    type: z.literal("input_video.stopped"),
    event_id: eventId,
    frames: count(
      "Pictures that came out of the decoder. Those that the session's rate leaves out are not among them.",
    ),
    media_time_ms: mediaTimeMs.describe("Media time of the last frame (ms); 0 when there was none."),
  })
  .describe("A container is over, and all that could be decoded of it has been. Another one may begin.");

export const unitSeen = z
  .object({
    type: z.literal("unit.seen"),
    event_id: eventId,
    unit,
    since_media_time_ms: z.number().describe("Media time of the last frame before the unit (ms)."),
    media_time_ms: mediaTimeMs,
    still: z
      .boolean()
      .describe("Nothing had changed, so the unit was not encoded: what was seen before counts on."),
    unfamiliar: z.boolean().describe("The scene was unfamiliar at this unit (`session.scene`)."),
    seen_ms: z
      .number()
      .describe("From the arrival of the unit's last frame to the end of vision's work on it (ms)."),
  })
  .describe(
    "A unit has been seen. It comes once for each unit, in order, before anything that is thought about the unit, and does not wait for a thought.",
  );

export const contextCompressed = z
  .object({
    type: z.literal("session.context_compressed"),
    event_id: eventId,
    visual_evicted: count("Units that have left the visual window since the last such event."),
    text_evicted: count("Tokens that have left the narrator's text window since the last such event."),
  })
  .describe(
    "The windows are full, and their oldest entries have been evicted. This is normal on a long stream. It is sent at the first eviction, and then once for every full window of units.",
  );

export const sessionScene = z
  .object({
    type: z.literal("session.scene"),
    event_id: eventId,
    status: z
      .enum(["familiar", "unfamiliar"])
      .describe(
        "`unfamiliar`: the scene is not one that the model was made for, so what it says may be wrong.",
      ),
    reason: sceneReason.nullable().describe("Why the scene is unfamiliar; null when it is familiar."),
    message: z.string().describe("For people: what is wrong with the scene, and what to do."),
    unit,
    media_time_ms: mediaTimeMs.describe("Media time of that unit's last frame (ms)."),
    since_ms: z.number().describe("Media time of the first sign of the change (ms)."),
  })
  .describe(
    "The scene has become unfamiliar, or familiar again, or is unfamiliar for another reason. A session begins familiar. In an unfamiliar scene thoughts and answers go on, and their `unfamiliar` is true.",
  );

export const sessionSource = z
  .object({
    type: z.literal("session.source"),
    event_id: eventId,
    code: sourceNoticeCode,
    message: z.string().describe("For people: what happened or was assumed, and what to do."),
    media_time_ms: mediaTimeMs.describe("Media time to which it refers (ms)."),
  })
  .describe(
    "Something that one should know about a video that the server reads from a file or a URL. A session whose pictures the client sends has none.",
  );

export const streamState = z
  .object({
    type: z.literal("stream.state"),
    event_id: eventId,
    state: sourceState,
    message: z.string().describe("For people: what happened, and what is done about it."),
    media_time_ms: mediaTimeMs.describe("Media time of the last frame (ms); 0 before the first."),
  })
  .describe(
    "The source of a video that the server reads itself has come, stalls, is lost, is back or has ended. A session whose pictures the client sends has none.",
  );

export const inputGap = z
  .object({
    type: z.literal("input.gap"),
    event_id: eventId,
    from_ms: mediaTimeMs.describe("Media time of the last frame before the gap (ms)."),
    to_ms: mediaTimeMs.describe("Media time of the first frame after the gap (ms)."),
    reason: gapReason,
    message: z.string().describe("For people: what was not seen, and why."),
  })
  .describe(
    "For a while nothing was seen. It comes when pictures come again. Media time has gone on meanwhile.",
  );

export const alertRaised = z
  .object({
    type: z.literal("alert.raised"),
    event_id: eventId,
    alert: z.string().describe("Name of the alert."),
    when: z.string().describe("Its words, as they were given."),
    message: z.string().describe("For people: what was thought when it was raised."),
    media_time_ms: mediaTimeMs.describe("Media time of what raised it (ms)."),
    response_id: z
      .string()
      .nullable()
      .describe("Id of the thought or answer that raised it; null when there is none."),
    zone: z
      .string()
      .nullable()
      .describe("Name of the zone in which it happened; null when that is not known."),
    snapshot: z
      .string()
      .nullable()
      .describe("Path of a picture of that moment, on this server; null when there is none."),
  })
  .describe("Something has happened that somebody wanted to be told of.");

export const sessionGap = z
  .object({
    type: z.literal("session.gap"),
    event_id: eventId,
    after: z
      .string()
      .nullable()
      .describe("Id of the last event that this client has; null when it asked for all there were."),
    up_to: z.string().describe("Id of the last event that is gone. Nothing is missing after it."),
  })
  .describe(
    "Events that this client asked for are no longer held. This comes in their place. It also comes when the client names an event that the stream has not had yet: then nobody can tell what it has missed, and what is held follows from its beginning.",
  );

export const sessionModel = z
  .object({
    type: z.literal("session.model"),
    event_id: eventId,
    status: z
      .enum(["available", "unavailable"])
      .describe(
        "`unavailable`: the model cannot be reached for now. Frames are still taken, thoughts are skipped as `unavailable`, and questions wait for a while.",
      ),
    message: z.string().describe("For people: what happened, and what to do."),
    media_time_ms: z
      .number()
      .describe("Media time of the newest frame that had arrived (ms); -1 before the first."),
  })
  .describe(
    "The model cannot be reached, or can again. A session begins with an available model. A model that runs in the server itself has no such events.",
  );

export const goingAway = z
  .object({
    type: z.literal("session.going_away"),
    event_id: eventId,
    time_left_ms: z.number().min(0).describe("Time until the server closes the socket (ms)."),
  })
  .describe(
    "The server is shutting down. Send no more frames, send `session.close` to get what is still to come, and connect to another server or later.",
  );

export const sessionTotals = z
  .object({
    frames_in: count("Frames received, dropped ones included."),
    frames_dropped: count("Frames that were dropped, for any reason."),
    units: count("Units seen."),
    units_unfamiliar: count("Units at which the scene was unfamiliar."),
    thoughts: count("Thoughts with text. Skips are counted separately."),
    skips: count("Units about which nothing was said."),
    answers: count("Answers."),
    reasoning_tokens: count("Tokens of thoughts."),
    visual_units_evicted: count("Units that have left the visual window."),
    text_tokens_evicted: count("Tokens that have left the narrator's text window."),
  })
  .describe("Counts of the whole session.");

export const sessionClosed = z
  .object({
    type: z.literal("session.closed"),
    event_id: eventId,
    reason: closeReason,
    totals: sessionTotals,
  })
  .describe(
    "The last event of every session, also of one that watches. The server then closes the socket. It does not come when a session only loses its connection.",
  );

export const errorType = z
  .enum(["invalid_request_error", "limit_error", "server_error"])
  .describe(
    "Who can do something about it: `invalid_request_error`: the client must change what it sends; `limit_error`: the client must send less or wait; `server_error`: the operator of the server.",
  );

export const errorEvent = z
  .object({
    type: z.literal("error"),
    event_id: eventId,
    error: z
      .object({
        type: errorType,
        code: z.string().describe("One of the error codes. Codes do not change."),
        message: z.string().describe("For people: what was wrong and what to do."),
        param: z
          .string()
          .nullable()
          .describe("Path of the field that was wrong, such as `session.fps`; null when no field was."),
        event_id: z
          .string()
          .nullable()
          .describe("`event_id` of the client's message that caused the error; null when it had none."),
        fatal: z.boolean().describe("Whether the session ends with this error."),
      })
      .describe("The error."),
  })
  .describe("A message was refused, or something went wrong.");

/** The schemas of all events of the server, by type. */
export const SERVER_EVENTS = {
  "session.created": sessionCreated,
  "session.resumed": sessionResumed,
  "session.updated": sessionUpdated,
  "input_video_frame.dropped": frameDropped,
  "input_video.started": videoStarted,
  "input_video.stopped": videoStopped,
  "unit.seen": unitSeen,
  "response.created": responseCreated,
  "response.reasoning_text.delta": reasoningTextDelta,
  "response.reasoning_text.done": reasoningTextDone,
  "response.output_text.delta": outputTextDelta,
  "response.output_text.done": outputTextDone,
  "response.done": responseDone,
  "session.stats": sessionStats,
  "session.context_compressed": contextCompressed,
  "session.scene": sessionScene,
  "session.source": sessionSource,
  "stream.state": streamState,
  "input.gap": inputGap,
  "alert.raised": alertRaised,
  "session.gap": sessionGap,
  "session.model": sessionModel,
  "session.going_away": goingAway,
  "session.closed": sessionClosed,
  error: errorEvent,
} as const;

export type ServerEventType = keyof typeof SERVER_EVENTS;
export type ServerEvent = z.infer<(typeof SERVER_EVENTS)[ServerEventType]>;
export type ServerEventOf<T extends ServerEventType> = Extract<ServerEvent, { type: T }>;
export type SessionStats = ServerEventOf<"session.stats">["stats"];
export type SessionTotals = z.infer<typeof sessionTotals>;

/** What `alert.raised` tells. */
export type RaisedAlert = Omit<ServerEventOf<"alert.raised">, "type" | "event_id">;
export type ErrorType = z.infer<typeof errorType>;
export type ErrorEvent = z.infer<typeof errorEvent>;
