import type { CloseReason } from "./fields.ts";

/** How a socket is closed, and what a client should do then. */
export interface CloseInfo {
  readonly code: number;
  readonly description: string;
}

/**
 * The close code of every reason that `session.closed` can give, and of a full server, where no session began.
 */
export const CLOSE_CODES: Readonly<Record<CloseReason | "too_many_sessions", CloseInfo>> = {
  completed: { code: 1000, description: "After `session.close`: all was thought about and answered." },
  going_away: { code: 1001, description: "The server is shutting down. Connect again later." },
  idle_timeout: {
    code: 4408,
    description: "The client sent nothing for too long. Connect again when there is video.",
  },
  slow_reader: {
    code: 4410,
    description: "The client did not read its events. Connect again and read faster.",
  },
  too_many_sessions: {
    code: 4429,
    description: "The server is full: an `error` event, and no session. Try again with a growing delay.",
  },
  failed: { code: 4500, description: "The engine or the server failed; an `error` event came first." },
};

/** Close codes that come from the transport, without a `session.closed` before them. */
export const TRANSPORT_CLOSE_CODES: readonly CloseInfo[] = [
  { code: 1006, description: "The connection broke, or the client did not answer pings and was cut off." },
  { code: 1007, description: "A text message was not valid UTF-8." },
  { code: 1009, description: "A message was larger than `limits.max_frame_bytes`. Send smaller pictures." },
];
