/** The WebSocket protocol: its messages, their codecs, and how engine events become them. Knows no sockets. */
export {
  type BinaryFrame,
  decodeBinaryFrame,
  encodeFrameHeader,
  FRAME_HEADER_BYTES,
} from "./binary-frame.ts";
export { CLIENT_MESSAGES, type ClientMessage, type SessionSettings } from "./client-messages.ts";
export { CLOSE_CODES, TRANSPORT_CLOSE_CODES } from "./close-codes.ts";
export type { ErrorEvent } from "./error-event.ts";
export { ERRORS, errorInfo, ProtocolError, type ProtocolErrorCode } from "./errors.ts";
export type { CloseReason } from "./fields.ts";
export { type Asked, EngineEventMapping } from "./from-engine.ts";
export { encodeServerEvent, parseClientMessage } from "./messages.ts";
export { errorEvent, eventIds, sessionClosed } from "./new-events.ts";
export {
  SERVER_EVENTS,
  type ServerEvent,
  type ServerEventOf,
  type SessionStats,
  type SessionTotals,
} from "./server-events.ts";
export { type SessionLimits, type SessionObject, toModelInfo } from "./session-object.ts";
