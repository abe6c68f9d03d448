import type { StreamTotals } from "../engine/mod.ts";
import type { ErrorEvent } from "./error-event.ts";
import { errorInfo } from "./errors.ts";
import type { CloseReason } from "./fields.ts";
import type { ServerEvent, ServerEventOf, SessionTotals } from "./server-events.ts";

/** A server event as it is made: its `event_id` comes with its number, from the owner of its stream. */
export type UnnumberedEvent<E extends ServerEvent = ServerEvent> = E extends unknown
  ? Omit<E, "event_id">
  : never;

/**
 * The event with the id of its number: `event_0`, `event_1`, …
 *
 * @example numberEvent(3, errorEvent({ code: "internal_error", message: "…" })).event_id // "event_3"
 */
export function numberEvent(number: number, event: UnnumberedEvent): ServerEvent {
  const { type, ...rest } = event;
  return { type, event_id: `event_${number}`, ...rest } as ServerEvent;
}

/** An error as an event; what the code means (`ERRORS`) fills in its type, and whether it is fatal where unsaid. */
export function errorEvent(error: {
  readonly code: string;
  readonly message: string;
  /** Path of the field that was wrong. */
  readonly param?: string | null;
  /** `event_id` of the client's message that caused it. */
  readonly clientEventId?: string | null;
  readonly fatal?: boolean;
}): UnnumberedEvent<ErrorEvent> {
  const info = errorInfo(error.code);
  return {
    type: "error",
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
  reason: CloseReason,
  totals: StreamTotals,
): UnnumberedEvent<ServerEventOf<"session.closed">> {
  return { type: "session.closed", reason, totals: toSessionTotals(totals) };
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
