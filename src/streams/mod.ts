/**
 * Streams that go on whether or not anybody listens: their registry, handle, event log, sources, settings and counters.
 * Knows no sockets.
 */
export type { EventLog, Gap, LogEntry, Numbered, Sink } from "./event-log.ts";
export type { FaultListener } from "./event-writer.ts";
export { LOG_LIMITS, type LogLimits, type StreamLimits } from "./limits.ts";
export { MemoryEventLog, type MemoryEventLogOptions } from "./memory-event-log.ts";
export { type Problem, toProblem } from "./problem.ts";
export {
  isStreamName,
  type NewStream,
  StreamRegistry,
  type StreamRegistryOptions,
} from "./registry.ts";
export { type ReplayOptions, replay, startReplay } from "./replay.ts";
export { parseScheduledQuestion, type ScheduledQuestion } from "./scheduled-questions.ts";
export type { StreamSettings } from "./settings.ts";
export { CAMERA_PICTURE_SIDE, type CameraSourceOptions, cameraSource } from "./sources/camera-source.ts";
export { PulledVideo, type PulledVideoOptions } from "./sources/pulled-video.ts";
export { type ImageBounds, PushedImages } from "./sources/pushed-images.ts";
export { type ContainerReports, PushedVideo, type PushedVideoOptions } from "./sources/pushed-video.ts";
export {
  type ConnectionTime,
  type ReconnectingOptions,
  type ReconnectWaits,
  reconnecting,
} from "./sources/reconnecting.ts";
export type {
  InputGap,
  Intake,
  Source,
  SourceChange,
  SourceNotice,
  Stop,
} from "./sources/source.ts";
export {
  type AskOptions,
  StreamHandle,
  type StreamHandleOptions,
  type StreamKind,
  type StreamState,
} from "./stream-handle.ts";
export type { ListenedStream, StreamListener } from "./stream-listener.ts";
