import { z } from "zod";
import { SCENE_REASONS } from "../scene/mod.ts";

/** Fields that mean the same wherever they occur; every unit is said here once. */

export const clientEventId = z
  .string()
  .max(128)
  .optional()
  .describe("The client's own id of this message; an error that it causes repeats it.");

export const eventId = z.string().describe("Unique within the session, counting up.");

export const responseId = z.string().describe("The thought or answer that this belongs to.");

export const seq = z
  .int()
  .min(0)
  .max(2 ** 32 - 1)
  .describe(
    "The frame's number: the client's own where it gave one, else one more than the last; the first is 0.",
  );

export const mediaTimeMs = z
  .number()
  .describe("Media time that this is about (ms): when the picture was captured, in the stream's own time.");

export const unit = z
  .int()
  .describe("Unit that this is about. A unit is `frames_per_unit` frames in a row; units count from 0.");

/** A latency (ms) where there is one. */
export const latencyMs = (what: string) =>
  z.number().nullable().describe(`${what} (ms); null where it does not apply.`);

/** How often something happened since the session's start. */
export const count = (what: string) => z.int().min(0).describe(what);

export const paradigm = z
  .enum(["streamed", "interleaved", "batch"])
  .describe(
    "Order in which vision and reasoning run: `streamed` side by side, `interleaved` in strict turn, `batch` all frames first and then all thoughts.",
  );

export const dropReason = z
  .enum(["busy", "rate", "duplicate", "decode_error"])
  .describe(
    "`busy`: decoding or vision was behind; `rate`: more frames a second than are looked at; `duplicate`: the same picture again; `decode_error`: broken, too large, or older than the frame before it (an `error` event says why).",
  );

export const sceneReason = z
  .enum(SCENE_REASONS)
  .describe(
    "`camera_moving`: it pans, zooms or is held in a hand; `cut`: another picture, once; `edited`: again and again; `screen`: a screen, slides or a drawing; `noise`: noise or flicker all over; `dark`: nothing to be seen; `covered`: next to nothing; `frozen`: no pixel has changed for a minute.",
  );

/** Why a session ended; each has a close code of its own (`CLOSE_CODES`). */
export const closeReason = z
  .enum(["completed", "idle_timeout", "slow_reader", "going_away", "failed"])
  .describe("Why the session ended; see the close codes.");

export type CloseReason = z.infer<typeof closeReason>;
