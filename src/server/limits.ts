import { z } from "zod";
import { CONTAINER_LIMITS } from "../ingest/mod.ts";
import { LOG_LIMITS } from "../streams/mod.ts";

/** A duration (ms), at most the longest that a timer can take. */
const durationMs = (least: number) =>
  z
    .int()
    .min(least)
    .max(2 ** 31 - 1);

/**
 * All limits of a server, each with its unit, default and range. A client that reaches one learns it from an event, a
 * close code or an HTTP status.
 */
export const limitsSchema = z.strictObject({
  maxSessions: z
    .int()
    .min(1)
    .default(16)
    .describe(
      "Most sessions at once, if the engine has room for as many streams. One more gets the error `too_many_sessions` and is closed with 4429.",
    ),
  maxCameras: z
    .int()
    .min(0)
    .default(64)
    .describe(
      "Most cameras that the server watches by itself, beside the sessions, if the engine has room for as many streams.",
    ),
  maxFrameBytes: z
    .int()
    .min(1024)
    .default(8 * 1024 * 1024)
    .describe("Most bytes of one encoded picture. A larger message closes its socket with 1009."),
  maxFramePixels: z
    .int()
    .min(64 * 64)
    .default(4096 * 4096)
    .describe("Most pixels of one picture. A larger one is dropped as `decode_error` before it is decoded."),
  maxPixelsPerSecond: z
    .int()
    .min(64 * 64)
    .default(2 * 4096 * 4096)
    .describe(
      "Most pixels of one session that are decoded in a second: those of four pictures of 3840 × 2160 as plain JPEGs. A pixel of a PNG, of a WebP and of a progressive JPEG counts as about four. More are dropped as `rate`. A JPEG in many scans whose pixels count as more than `maxFramePixels` is dropped as `decode_error`.",
    ),
  maxFps: z
    .number()
    .positive()
    .default(30)
    .describe(
      "Most frames a second of one session that are looked at, if the model's own rate is not lower.",
    ),
  maxCatchUpMs: durationMs(1)
    .default(2_000)
    .describe(
      "How much video may come at once after a pause (ms). Apart from that, no more frames are looked at than arrive at the session's rate, whatever their capture times say; the others are dropped as `rate`.",
    ),
  maxInflight: z
    .int()
    .min(1)
    .default(4)
    .describe("Most frames of one session that may wait for vision. One more drops the oldest as `busy`."),
  maxMessagesPerSecond: z
    .int()
    .min(1)
    .default(100)
    .describe(
      "Most messages a second of one connection, pings included. A long text counts as one more for each KiB. After a pause, those of three seconds may come at once. Over it, the connection is not read until the budget allows.",
    ),
  maxQuestionsPerSecond: z
    .number()
    .positive()
    .default(4)
    .describe(
      "Most questions a second of one session; after a pause, 32 at once, and 8 of a new session. More are refused with `too_many_questions`.",
    ),
  maxBytesPerSecond: z
    .int()
    .min(64 * 1024)
    .default(8 * 1024 * 1024)
    .describe(
      "Most bytes a second of one connection; after a pause, those of two seconds at once. Over it, the connection is not read until the budget allows.",
    ),
  maxBehindMs: durationMs(1000)
    .default(30_000)
    .describe(
      "How long a client may go on sending more than these two allow, until its session is closed with 4420 (ms).",
    ),
  maxBufferedBytes: z
    .int()
    .min(64 * 1024)
    .default(4 * 1024 * 1024)
    .describe(
      "Most bytes of events that may wait for a client to read them, beside those of the log that it has asked for. With more, its socket is closed with 4410.",
    ),
  maxEventReaders: z
    .int()
    .min(0)
    .default(256)
    .describe(
      "Most clients that read the events of streams over HTTP at once. One more is refused with 429.",
    ),
  maxBodyBytes: z
    .int()
    .min(1024)
    .default(64 * 1024)
    .describe("Most bytes of the body of an HTTP request. A larger one is refused with 413."),
  answerTimeoutMs: durationMs(100)
    .default(60_000)
    .describe(
      "How long an answer to a question over HTTP may take until it is cancelled, with the status 504 (ms).",
    ),
  maxCompletions: z
    .int()
    .min(0)
    .default(4)
    .describe(
      "Most answers that are made at once for clients of OpenAI's API. One more is refused with 429. 0: none is made.",
    ),
  maxCompletionBytes: z
    .int()
    .min(1024)
    .default(16 * 1024 * 1024)
    .describe(
      "Most bytes of a chat completion's body, of the pictures and videos that it names together, and of a conversation over `/v1/realtime`. A larger one is refused with 413.",
    ),
  maxCompletionVideoMs: durationMs(1000)
    .default(60_000)
    .describe(
      "Longest time that the pictures and videos of a chat completion play (ms); a picture counts as a unit of the model.",
    ),
  completionTimeoutMs: durationMs(100)
    .default(5 * 60_000)
    .describe(
      "How long a chat completion may take, with all that is fetched and decoded for it, until it is cancelled, with the status 504 (ms).",
    ),
  maxRealtimeSessions: z
    .int()
    .min(0)
    .default(16)
    .describe(
      "Most clients that are connected to `/v1/realtime` at once. One more is refused with 429. 0: there are none.",
    ),
  maxContainerHeaderBytes: z
    .int()
    .min(4096)
    .default(CONTAINER_LIMITS.maxContainerHeaderBytes)
    .describe(
      "Most bytes of the header of a pushed container, and of the index of one of its fragments. It is refused with `container_invalid`.",
    ),
  maxDecoderBacklogBytes: z
    .int()
    .min(64 * 1024)
    .default(CONTAINER_LIMITS.maxDecoderBacklogBytes)
    .describe(
      "Bytes of a pushed container that may wait for its decoder. With more, the connection is not read until the decoder has taken some.",
    ),
  maxDecoderRestarts: z
    .int()
    .min(0)
    .default(CONTAINER_LIMITS.maxDecoderRestarts)
    .describe(
      "How often the decoder of a pushed container may be started again in a minute. Then the session fails with `container_decoder_failed`.",
    ),
  maxFirstPictureMs: durationMs(100)
    .default(CONTAINER_LIMITS.maxFirstPictureMs)
    .describe(
      "Longest time from the first bytes of a pushed container to its first picture (ms). Then it is given up with `container_undecodable`.",
    ),
  decoderTimeoutMs: durationMs(100)
    .default(CONTAINER_LIMITS.decoderTimeoutMs)
    .describe(
      "How long the decoder of a pushed container may do nothing while bytes wait for it (ms). Then it is killed and started again.",
    ),
  maxLogBytes: z
    .int()
    .min(0)
    .default(LOG_LIMITS.maxLogBytes)
    .describe("Most bytes of the events of one stream that its event log holds."),
  maxLogAgeMs: durationMs(0)
    .default(LOG_LIMITS.maxLogAgeMs)
    .describe("How long the event log of a stream holds an event (ms)."),
  resumeWindowMs: durationMs(0)
    .default(60_000)
    .describe(
      "How long a session waits for a client whose connection was lost (ms). 0: it ends at once. A full server ends those first that wait.",
    ),
  maxAlerts: z
    .int()
    .min(0)
    .default(64)
    .describe("Most alerts, those of the config file and those made over the API together."),
  maxAlertPictures: z
    .int()
    .min(0)
    .default(256)
    .describe("Most pictures of alerts that are kept in memory. The oldest go first."),
  maxAlertPictureBytes: z
    .int()
    .min(0)
    .default(32 * 1024 * 1024)
    .describe("Most bytes of the pictures of alerts that are kept in memory."),
  alertQuestionMs: durationMs(100)
    .default(5_000)
    .describe(
      "Least time between two questions of alerts to one stream (ms), with a model that takes instructions. Other models are not asked.",
    ),
  maxAlertTrials: z
    .int()
    .min(0)
    .default(2)
    .describe(
      "Most alerts that are tried on the history at once (`POST /v1/alerts/try`). One more is refused with 429. 0: none is tried.",
    ),
  maxTrialEntries: z
    .int()
    .min(1)
    .default(50_000)
    .describe("Most entries of the history that are read to try an alert, the newest ones."),
  maxWatchers: z
    .int()
    .min(0)
    .default(256)
    .describe(
      "Most clients that watch a stream of somebody else at once. They do not count as sessions. One more gets the error `too_many_watchers` and is closed with 4429.",
    ),
  idleTimeoutMs: durationMs(100)
    .default(5 * 60_000)
    .describe(
      "How long a client may send nothing before its session is closed with 4408 (ms). One that watches may be silent.",
    ),
  maxConnectionsPerSecond: z
    .int()
    .min(1)
    .default(50)
    .describe(
      "Most WebSockets that are opened in a second, of all clients together; after a pause, twice as many at once. Others wait for their turn.",
    ),
  maxFailedLoginsPerMinute: z
    .int()
    .min(1)
    .default(10)
    .describe(
      "Most different wrong tokens a minute of one address, and at once after a pause. Over it, no token from there is looked at, and requests get 429.",
    ),
  ticketMs: durationMs(1000)
    .default(60_000)
    .describe("How long a ticket can be used (ms), if its token does not end before."),
  handshakeTimeoutMs: durationMs(100)
    .default(10_000)
    .describe(
      "How long a connection may take to send its HTTP request, and a socket to complete its closing handshake (ms).",
    ),
  heartbeatMs: durationMs(50)
    .default(15_000)
    .describe(
      "Time between pings (ms). The socket of a client that has not answered a ping when the next is due is closed with 4410.",
    ),
  shutdownMs: durationMs(0)
    .default(2_000)
    .describe("How long sessions may take to finish when the server shuts down (ms)."),
});

/** All limits of a server. */
export type Limits = z.infer<typeof limitsSchema>;

/**
 * Checks limits and fills in the defaults.
 *
 * @throws {z.ZodError} for a limit that is out of its range or unknown
 * @example readLimits({ maxSessions: 2 }).maxFrameBytes // 8388608
 */
export function readLimits(limits: z.input<typeof limitsSchema> = {}): Limits {
  return limitsSchema.parse(limits);
}
