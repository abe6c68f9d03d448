import { ERRORS } from "./errors.ts";
import type { CloseReason } from "./fields.ts";

/** A close code of the WebSocket, what it means, and what a client should do. */
export interface CloseInfo {
  readonly code: number;
  readonly description: string;
}

/** The close code that belongs to an error with an HTTP status: 4401 to 401. */
const ofError = (code: keyof typeof ERRORS): number => 4000 + ERRORS[code].status;

/**
 * The close code of each reason in `session.closed`, and of `too_many_sessions`, where no session has begun.
 */
export const CLOSE_CODES: Readonly<Record<CloseReason | "too_many_sessions", CloseInfo>> = {
  completed: {
    code: 1000,
    description: "The session has ended as `session.close` asked: everything was thought about and answered.",
  },
  going_away: { code: 1001, description: "The server is shutting down. Connect again later." },
  unauthorized: {
    code: ofError("unauthorized"),
    description: "The client's token has expired or was withdrawn. Connect again with another one.",
  },
  forbidden: {
    code: ofError("forbidden"),
    description: "What the client's token allows has changed. Connect again.",
  },
  idle_timeout: {
    code: ofError("idle_timeout"),
    description: "The client sent nothing for too long. Connect again when there is video.",
  },
  slow_reader: {
    code: 4410,
    description:
      "The client did not read its events, or answered no pings. Connect again and read faster. A client that reads nothing for so long that the connection is cut off gets 1006 instead.",
  },
  too_many_messages: {
    code: 4420,
    description:
      "The client went on sending more messages or bytes a second than the server takes. Connect again and send less.",
  },
  too_many_sessions: {
    code: ofError("too_many_sessions"),
    description:
      "The server is full, or the token has as many sessions as it may. An `error` event came, and no session began. Try again after a delay that grows each time.",
  },
  failed: {
    code: ofError("internal_error"),
    description: "The engine or the server failed. An `error` event came before.",
  },
};

/** Close codes of the WebSocket itself. No `session.closed` comes before them. */
export const TRANSPORT_CLOSE_CODES: readonly CloseInfo[] = [
  {
    code: 1002,
    description:
      "The client broke the rules of the WebSocket protocol, for example with a frame that was not masked. Use a WebSocket library.",
  },
  {
    code: 1006,
    description:
      "The connection broke, or the server cut it off because the client did not answer the closing handshake. Connect again.",
  },
  {
    code: 1007,
    description: "A text message was not valid UTF-8. Send JSON as text, and pictures as binary messages.",
  },
  { code: 1008, description: "A message came in too many pieces. Send each in one frame." },
  {
    code: 1009,
    description:
      "A picture was larger than `limits.max_frame_bytes`, or a text message larger than such a picture in base64. Send smaller pictures.",
  },
];
