/**
 * The WebSocket protocol: its messages, their codecs, and how engine events become them. Knows no sockets, and loads
 * nothing that a browser could not.
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
export { CLOSE_CODES, type CloseInfo, TRANSPORT_CLOSE_CODES } from "./close-codes.ts";
export type { ErrorEvent, ErrorType } from "./error-event.ts";
export {
  ERRORS,
  type ErrorInfo,
  errorInfo,
  type PictureErrorCode,
  ProtocolError,
  type ProtocolErrorCode,
} from "./errors.ts";
export type { CloseReason } from "./fields.ts";
export { type Asked, EngineEventMapping } from "./from-engine.ts";
export { encodeServerEvent, parseClientMessage } from "./messages.ts";
export { errorEvent, numberEvent, sessionClosed, type UnnumberedEvent } from "./new-events.ts";
export {
  SERVER_EVENTS,
  type ServerEvent,
  type ServerEventOf,
  type ServerEventType,
  type SessionStats,
  type SessionTotals,
} from "./server-events.ts";
export {
  type ModelInfoObject,
  type SessionLimits,
  type SessionObject,
  toModelInfo,
} from "./session-object.ts";
export { outsideText } from "./unanswerable.ts";
