/**
 * Streams that go on whether or not anybody listens: their registry, handle, event log, sources, settings and counters.
 * Knows no sockets.
 */
export type { EventLog, Gap, LogEntry, Numbered } from "./event-log.ts";
export type { EventPictures } from "./event-pictures.ts";
export type { FaultListener } from "./event-writer.ts";
export type { Heard, Latest } from "./latest-said.ts";
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
export { ShownMedia, type ShownMediaOptions, type ShownMedium } from "./sources/shown-media.ts";
export type {
  InputGap,
  Intake,
  Source,
  SourceChange,
  SourceNotice,
  Stop,
} from "./sources/source.ts";
export type { StreamCounts } from "./stream-counters.ts";
export { StreamHandle, type StreamHandleOptions } from "./stream-handle.ts";
export type {
  AskOptions,
  ListenedStream,
  StreamKind,
  StreamListener,
  StreamState,
} from "./stream-listener.ts";
export type { StreamPast, StreamStanding } from "./stream-past.ts";
