import { z } from "zod";
import { LOG_LIMITS } from "../streams/mod.ts";

/** A duration (ms), as far as a timer reaches. */
const durationMs = (least: number) =>
  z
    .int()
    .min(least)
    .max(2 ** 31 - 1);

/**
 * What one server takes, in one place: each with its unit, default and bounds. None of them is silent: a client that
 * meets one is told by an event, a close code or an HTTP status.
 */
export const limitsSchema = z.strictObject({
  maxSessions: z
    .int()
    .min(1)
    .default(16)
    .describe("Sessions at a time; one more is told `too_many_sessions` and closed with 4429."),
  maxFrameBytes: z
    .int()
    .min(1024)
    .default(8 * 1024 * 1024)
    .describe("Bytes of one encoded picture; a larger message closes its socket with 1009."),
  maxFramePixels: z
    .int()
    .min(64 * 64)
    .default(4096 * 4096)
    .describe("Pixels of one picture; a larger one is dropped as `decode_error` before it is decoded."),
  maxFps: z
    .number()
    .positive()
    .default(30)
    .describe("Frames a second of one session that are looked at; the model's own rate is another bound."),
  maxInflight: z
    .int()
    .min(1)
    .default(4)
    .describe("Frames of one session that may wait for vision before the oldest is dropped as `busy`."),
  maxBufferedBytes: z
    .int()
    .min(64 * 1024)
    .default(4 * 1024 * 1024)
    .describe("Bytes of events that may wait for a client to read them before it is closed with 4410."),
  maxLogBytes: z
    .int()
    .min(0)
    .default(LOG_LIMITS.maxLogBytes)
    .describe("Bytes of one stream's events that are held for those who come late."),
  maxLogAgeMs: durationMs(0)
    .default(LOG_LIMITS.maxLogAgeMs)
    .describe("Longest time that an event of a stream is held for those who come late (ms)."),
  idleTimeoutMs: durationMs(100)
    .default(5 * 60_000)
    .describe("Time without any message of a client (ms) after which its session is closed with 4408."),
  handshakeTimeoutMs: durationMs(100)
    .default(10_000)
    .describe(
      "Time that a connection may take for its HTTP request, and a socket for its closing handshake (ms).",
    ),
  heartbeatMs: durationMs(50)
    .default(15_000)
    .describe("Time between pings (ms); a socket that has not answered one by the next is cut off."),
  shutdownMs: durationMs(0)
    .default(2_000)
    .describe("Time that sessions are given to finish when the server shuts down (ms)."),
});

/** Limits, complete. */
export type Limits = z.infer<typeof limitsSchema>;

/**
 * Fills in the defaults.
 *
 * @throws {z.ZodError} for a limit that is out of its bounds or does not exist
 * @example readLimits({ maxSessions: 2 }).maxFrameBytes // 8388608
 */
export function readLimits(limits: z.input<typeof limitsSchema> = {}): Limits {
  return limitsSchema.parse(limits);
}
