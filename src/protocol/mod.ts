/**
 * The WebSocket protocol: its messages, their codecs, and how events of the engine become messages. Knows no sockets.
 * It loads only what a browser can load too.
 */

export { answerText, atLeastText } from "./answer-text.ts";
export { DURATION_WORDS, durationText, parseDuration } from "./duration.ts";
export { eventIdOf, lastSeen } from "./event-ids.ts";
export { type Asked, EngineEventMapping } from "./from-engine.ts";
export { knownKeys } from "./known-keys.ts";
export {
  asideEvent,
  errorEvent,
  numberEvent,
  sessionClosed,
  toCacheStats,
  type UnnumberedEvent,
} from "./new-events.ts";
export { plainEnglish, unknownKey } from "./plain-english.ts";
export * from "./public.ts";
export { type SchemaField, schemaFields } from "./schema-fields.ts";
export { toModelInfo } from "./session-object.ts";
export { MAX_QUESTION_CHARS, MAX_TEXT_CHARS } from "./sizes.ts";
export { charsBesidePicture } from "./text-size.ts";
export { outsideText } from "./unanswerable.ts";
