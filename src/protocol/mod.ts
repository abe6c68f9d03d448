/**
 * The WebSocket protocol: its messages, their codecs, and how events of the engine become messages. Knows no sockets.
 * It loads only what a browser can load too.
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
  type ErrorEvent,
  type ErrorType,
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
