import type { StreamTotals } from "../engine/events.ts";
import type { ErrorEvent } from "./error-event.ts";
import { errorInfo } from "./errors.ts";
import type { CloseReason } from "./fields.ts";
import type { ServerEventOf, SessionTotals } from "./server-events.ts";

/** Counts up the ids of a session's events: `event_0`, `event_1`, … */
export function eventIds(): () => string {
  let next = 0;
  return () => `event_${next++}`;
}

/** An error as an event; what the code means (`ERRORS`) fills in its type, and whether it is fatal where unsaid. */
export function errorEvent(
  eventId: string,
  error: {
    readonly code: string;
    readonly message: string;
    readonly param?: string | null;
    readonly clientEventId?: string | null;
    readonly fatal?: boolean;
  },
): ErrorEvent {
  const info = errorInfo(error.code);
  return {
    type: "error",
    event_id: eventId,
    error: {
      type: info.type,
      code: error.code,
      message: error.message,
      param: error.param ?? null,
      event_id: error.clientEventId ?? null,
      fatal: error.fatal ?? info.fatal,
    },
  };
}

/** The last event of a session. */
export function sessionClosed(
  eventId: string,
  reason: CloseReason,
  totals: StreamTotals,
): ServerEventOf<"session.closed"> {
  return { type: "session.closed", event_id: eventId, reason, totals: toSessionTotals(totals) };
}

function toSessionTotals(totals: StreamTotals): SessionTotals {
  return {
    frames_in: totals.framesIn,
    frames_dropped: totals.framesDropped,
    units: totals.units,
    units_unfamiliar: totals.unfamiliarUnits,
    thoughts: totals.thoughts,
    skips: totals.skips,
    answers: totals.answers,
    reasoning_tokens: totals.reasoningTokens,
    visual_units_evicted: totals.visualUnitsEvicted,
    text_tokens_evicted: totals.textTokensEvicted,
  };
}
