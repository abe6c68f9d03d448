import { ERRORS } from "./errors.ts";
import type { CloseReason } from "./fields.ts";

/** A close code of the WebSocket, what it means, and what a client should do. */
export interface CloseInfo {
  readonly code: number;
  readonly description: string;
}

/** The close code that belongs to an error with an HTTP status: 4401 to 401. */
const ofError = (code: keyof typeof ERRORS): number => 4000 + ERRORS[code].status;

/** Why no session has begun. An `error` event with this code comes first. */
export type RefusalCode =
  | "too_many_sessions"
  | "too_many_watchers"
  | "resume_failed"
  | "stream_not_found"
  | "stream_exists"
  | "forbidden"
  | "invalid_value";

/**
 * The close code of each reason in `session.closed`, of each refusal, and of `replaced`, where the session goes on.
 */
export const CLOSE_CODES: Readonly<Record<CloseReason | RefusalCode | "replaced", CloseInfo>> = {
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
    description:
      "The client may not watch this stream, or what its token allows has changed. The `error` event says which.",
  },
  invalid_value: {
    code: ofError("invalid_value"),
    description:
      "The URL asks for something that cannot be. An `error` event came, and no session began. Change the URL.",
  },
  stream_not_found: {
    code: ofError("stream_not_found"),
    description: "There is no stream of this name. An `error` event came, and no session began.",
  },
  stream_exists: {
    code: 4443,
    description:
      "There is a stream of the name that the session was to have: that of another client, or a camera. An `error` event came, and no session began. Choose another name, or try again when that stream has ended.",
  },
  idle_timeout: {
    code: ofError("idle_timeout"),
    description: "The client sent nothing for too long. Connect again when there is video.",
  },
  replaced: {
    code: 4409,
    description: "The session was resumed on another socket. It goes on there; do nothing.",
  },
  slow_reader: {
    code: 4410,
    description:
      "The client did not read its events, or answered no pings. Resume the session, or connect again, and read faster. A client that reads nothing for so long that the connection is cut off gets 1006 instead.",
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
  too_many_watchers: {
    code: ofError("too_many_watchers"),
    description:
      "As many clients watch as the server allows. An `error` event came, and no session began. Try again later.",
  },
  resume_failed: {
    code: 4440,
    description:
      "There is no session to go on with. An `error` event came. Open a new session, without `resume`.",
  },
  not_resumed: {
    code: 4441,
    description:
      "Whoever watched: the client that the stream belonged to was lost and did not come back in time, or the server needed its place.",
  },
  left: {
    code: 4442,
    description: "Whoever watched: the client that the stream belonged to has closed its socket.",
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
      "The connection broke, or the server cut it off because the client did not answer the closing handshake. Resume the session.",
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
