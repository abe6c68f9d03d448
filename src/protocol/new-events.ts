import type { StreamCaches, StreamTotals } from "../engine/mod.ts";
import { errorInfo } from "./errors.ts";
import { asideIdOf, eventIdOf } from "./event-ids.ts";
import type { CloseReason } from "./fields.ts";
import type { ErrorEvent, ServerEvent, ServerEventOf, SessionStats, SessionTotals } from "./server-events.ts";

/** An event of the server without its `event_id`. The owner of its stream numbers it later. */
export type UnnumberedEvent<E extends ServerEvent = ServerEvent> = E extends unknown
  ? Omit<E, "event_id">
  : never;

/**
 * Gives an event the id of its number: `event_0`, `event_1`, …
 *
 * @example numberEvent(3, errorEvent({ code: "internal_error", message: "…" })).event_id // "event_3"
 */
export function numberEvent(number: number, event: UnnumberedEvent): ServerEvent {
  return withId(eventIdOf(number), event);
}

/**
 * Gives an event for one client alone its id, see {@link asideIdOf}.
 *
 * @example asideEvent(62, 3, errorEvent({ code: "internal_error", message: "…" })).event_id // "event_62.3"
 */
export function asideEvent(next: number, own: number, event: UnnumberedEvent): ServerEvent {
  return withId(asideIdOf(next, own), event);
}

function withId(event_id: string, { type, ...rest }: UnnumberedEvent): ServerEvent {
  return { type, event_id, ...rest } as ServerEvent;
}

/** Makes an `error` event. Its type comes from the meaning of the code (`ERRORS`), and so does `fatal` by default. */
export function errorEvent(error: {
  readonly code: string;
  readonly message: string;
  /** Path of the field that was wrong, if one was. */
  readonly param?: string | null;
  /** `event_id` of the client's message that caused it, if it had one. */
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

/** Makes the last event of a session. */
export function sessionClosed(
  reason: CloseReason,
  totals: StreamTotals,
): UnnumberedEvent<ServerEventOf<"session.closed">> {
  return { type: "session.closed", reason, totals: toSessionTotals(totals) };
}

/** What the caches of a stream hold, as `session.stats` tells it. */
export function toCacheStats({ visual, text }: StreamCaches): NonNullable<SessionStats["caches"]> {
  return {
    visual: visual && {
      sink_units: visual.sinkUnits,
      window_units: visual.windowUnits,
      held_units: visual.heldUnits,
      evicted_units: visual.evictedUnits,
    },
    text: text && {
      window_tokens: text.windowTokens,
      held_tokens: text.heldTokens,
      evicted_tokens: text.evictedTokens,
    },
  };
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
