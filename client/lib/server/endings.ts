import type { CloseReason } from "../../../src/protocol/fields.ts";

/**
 * What to do when a connection has ended. `again`: go on with what there was; `anew`: that is gone, so begin another
 * session; `over`: neither, because somebody wanted it so, or because it would only fail again.
 */
export type Next = "again" | "anew" | "over";

/** After `session.closed`, its reason says it. */
const AFTER_END: Readonly<Record<CloseReason, Next>> = {
  completed: "over",
  left: "over",
  not_resumed: "over",
  idle_timeout: "over",
  too_many_messages: "over",
  unauthorized: "over",
  forbidden: "over",
  slow_reader: "anew",
  going_away: "anew",
  failed: "anew",
};

/** Else the close code does. Those that are not here say that the connection broke. */
const BY_CODE: ReadonlyMap<number, Next> = new Map<number, Next>([
  ...[1000, 1002, 1007, 1008, 1009].map((code) => [code, "over"] as const),
  ...[4400, 4401, 4403, 4404, 4408, 4409, 4420, 4441, 4442].map((code) => [code, "over"] as const),
  [4440, "anew"],
  [4500, "anew"],
]);

const CALM: ReadonlySet<CloseReason> = new Set<CloseReason>(["completed", "left", "not_resumed"]);

/** The close code when a session was resumed on another socket. */
export const REPLACED = 4409;

/** The close code when there is no session to go on with. */
export const NOT_RESUMED = 4440;

/** The close code when there is no such stream. */
export const NO_STREAM = 4404;

/** Whether a stream has come to its end, and nothing went wrong. */
export function isCalm(code: number, reason: CloseReason | null): boolean {
  return reason === null ? code === 1000 : CALM.has(reason);
}

/**
 * What follows the end of a connection.
 *
 * @param reason of `session.closed`; null when that did not come
 */
export function nextAfter(code: number, reason: CloseReason | null): Next {
  return reason === null ? (BY_CODE.get(code) ?? "again") : AFTER_END[reason];
}
