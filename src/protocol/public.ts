/**
 * `thinkalong/protocol`: the messages of the server, for programs that talk to it. Every message has a schema (zod) and
 * a type. The frame header has a codec. Tables say what the error and close codes mean. All of it runs in browsers too.
 *
 * @example
 * ```ts
 * import type { ServerEvent } from "thinkalong/protocol";
 *
 * socket.on("message", (text) => {
 *   const event = JSON.parse(String(text)) as ServerEvent;
 *   if (event.type === "response.output_text.done") console.log(event.text);
 * });
 * ```
 */
export {
  type BinaryFrame,
  decodeBinaryFrame,
  encodeFrameHeader,
  FRAME_HEADER_BYTES,
  type FrameHeader,
} from "./binary-frame.ts";
export {
  CLIENT_MESSAGES,
  type ClientMessage,
  type ClientMessageType,
  type SessionSettings,
} from "./client-messages.ts";
export { CLOSE_CODES, type CloseInfo, type RefusalCode, TRANSPORT_CLOSE_CODES } from "./close-codes.ts";
export {
  type ContainerErrorCode,
  ERRORS,
  type ErrorInfo,
  errorInfo,
  type PictureErrorCode,
  type ProtocolErrorCode,
} from "./errors.ts";
export type { CloseReason, GapReason, SourceNoticeCode, SourceState } from "./fields.ts";
export { encodeServerEvent, parseClientMessage } from "./messages.ts";
export { ProtocolError } from "./protocol-error.ts";
export {
  type ErrorEvent,
  type ErrorType,
  type RaisedAlert,
  SERVER_EVENTS,
  type ServerEvent,
  type ServerEventOf,
  type ServerEventType,
  type SessionStats,
  type SessionTotals,
} from "./server-events.ts";
export type { ConnectedSession, ModelInfoObject, SessionLimits, SessionObject } from "./session-object.ts";
export {
  SCOPES,
  type Scope,
  type TicketAnswer,
  type TicketRequest,
  ticketAnswer,
  ticketRequest,
} from "./tickets.ts";
