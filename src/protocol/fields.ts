import { z } from "zod";
import { SCENE_REASONS } from "../scene/mod.ts";
import { MAX_ID_CHARS } from "./sizes.ts";

/** Fields that mean the same in every message. */

/** A text with a limit (characters). The error for a longer one names the limit and shows only how the text begins. */
export const limitedText = (mostChars: number) =>
  z.string().max(mostChars, {
    error: ({ input }) =>
      `It may have at most ${mostChars} characters. This one begins with ${JSON.stringify(String(input).slice(0, 32))}.`,
  });

export const clientEventId = limitedText(MAX_ID_CHARS)
  .optional()
  .describe("The client's own id of this message. An `error` that the message causes repeats it.");

export const eventId = z
  .string()
  .describe(
    "Id of the event, unique in the session: `event_0`, `event_1` and so on; with a point, such as `event_62.3`, of an event for this client alone.",
  );

export const responseId = z.string().describe("Id of the thought or answer.");

export const seq = z
  .int()
  .min(0)
  .max(2 ** 32 - 1)
  .describe(
    "Number of the frame: the client's own or, when it gives none, one more than the last. The first is 0, and 0 follows 4294967295.",
  );

export const mediaTimeMs = z
  .number()
  .describe(
    "Media time (ms): when the picture was captured, in the stream's own time. Of a unit, that of its last frame.",
  );

export const unit = z
  .int()
  .describe("Number of the unit, from 0. A unit is `frames_per_unit` frames in a row.");

/** A latency (ms), or null. */
export const latencyMs = (what: string) => z.number().nullable().describe(`${what} (ms); else null.`);

/** How often something has happened. */
export const count = (what: string) => z.int().min(0).describe(what);

export const paradigm = z
  .enum(["streamed", "interleaved", "batch"])
  .describe(
    "The order in which vision and reasoning run. `streamed`: side by side; `interleaved`: in strict turn; `batch`: all frames first, then all thoughts.",
  );

export const dropReason = z
  .enum(["busy", "rate", "duplicate", "decode_error"])
  .describe(
    "`busy`: decoding or vision was behind; `rate`: more frames a second than are looked at, by their capture times or by their arrival, or more pixels a second than are decoded; `duplicate`: the same picture again; `decode_error`: broken, too large, or older than the frame before (an `error` event says which).",
  );

export const skipReason = z
  .enum(["nothing_new", "still", "repeated", "late", "limited", "unavailable"])
  .describe(
    "`nothing_new`: the model decided so; `still`: the picture had not changed, and the model was not asked; `repeated`: what it wanted to say had been said; `late`: a newer unit had come; `limited`: a limit on calls or tokens was reached; `unavailable`: the model could not be reached.",
  );

export const atLeastReason = z
  .enum(["frames_dropped", "gap", "unfamiliar", "covered", "crowd"])
  .describe(
    "`frames_dropped`: frames were not looked at, because the server was behind or they were broken; `gap`: for a time nothing came; `unfamiliar`: the scene was not one that the model knows; `covered`: the model has told that the camera was covered; `crowd`: it has told that there were too many to tell apart.",
  );

export const sceneReason = z
  .enum(SCENE_REASONS)
  .describe(
    "`camera_moving`: the camera pans, zooms or is held in a hand; `cut`: the picture changed to another one, once; `edited`: it does so again and again; `screen`: a screen, slides or a drawing; `noise`: noise or flicker all over; `dark`: too dark to see anything; `covered`: almost nothing to see; `frozen`: no pixel has changed for a minute.",
  );

export const sourceNoticeCode = z
  .enum(["rate_assumed", "parts_missing"])
  .describe(
    "`rate_assumed`: the video's frames have no times, and their number a second was assumed; `parts_missing`: parts of its playlist could not be read.",
  );

/** Where the source of a stream is. */
export const sourceState = z
  .enum(["connecting", "live", "stalled", "reconnecting", "ended"])
  .describe(
    "`connecting`: no picture has come yet; `live`: pictures come; `stalled`: none has come for a while, though the connection stands; `reconnecting`: the connection was lost or refused, and it is tried again; `ended`: no more pictures come.",
  );

export type SourceState = z.infer<typeof sourceState>;

/** Why nothing was seen for a while. */
export const gapReason = z
  .enum(["stalled", "lost", "refused", "restarted"])
  .describe(
    "`stalled`: the source sent nothing; `lost`: its connection ended; `refused`: it could not be connected to; `restarted`: the server's own decoder or engine was started again.",
  );

export type GapReason = z.infer<typeof gapReason>;

export type SourceNoticeCode = z.infer<typeof sourceNoticeCode>;

/** Why a session has ended. Each reason has a close code of its own (`CLOSE_CODES`). */
export const closeReason = z
  .enum([
    "completed",
    "left",
    "not_resumed",
    "idle_timeout",
    "slow_reader",
    "too_many_messages",
    "unauthorized",
    "forbidden",
    "going_away",
    "failed",
  ])
  .describe(
    "Why the session has ended. The close codes explain the reasons. A replay that was interrupted ends as `going_away`.",
  );

export type CloseReason = z.infer<typeof closeReason>;
