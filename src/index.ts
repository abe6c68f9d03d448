/**
 * thinkalong as a library: an engine that takes frames and gives thoughts and answers, readers for videos and images,
 * and the server around them. The messages of the server are in `thinkalong/protocol`.
 *
 * @example
 * ```ts
 * import { BUNDLED_MODEL, createEngine, openVideo } from "thinkalong";
 *
 * const engine = await createEngine({ model: BUNDLED_MODEL });
 * const stream = engine.openStream();
 * stream.events$.subscribe({
 *   next: (event) => {
 *     if (event.type === "thought.done" && !event.skipped) console.log(event.mediaTimeMs, event.text);
 *   },
 *   complete: () => engine.close(),
 * });
 * const { width, height, fps } = engine.model;
 * openVideo("yard.mp4", { width, height, fps, pace: "realtime" }).subscribe({
 *   next: (frame) => stream.push(frame),
 *   error: (error) => {
 *     console.error(error.message);
 *     stream.end();
 *   },
 *   complete: () => stream.end(),
 * });
 * ```
 */

export {
  AlertError,
  type AlertErrorCode,
  type AlertFigures,
  AlertProblems,
  type AlertRule,
  type AlertRules,
  type AlertsChange,
  type ListedAlert,
} from "./alerts/mod.ts";
export {
  type BudgetLimits,
  createEngine,
  createRemoteEngine,
  type Isolation,
  type Json,
  type LocalBackendOptions,
  type LocalEngineOptions,
  type LocalSettings,
  type LocalWishes,
  type OpenAiBackendOptions,
  type PictureCost,
  type Plan,
  type PrefixCache,
  type ProbedServer,
  type ProbeResult,
  type ProbeServerOptions,
  probeServer,
  type RemoteEngineOptions,
  RemoteError,
  type RemoteErrorCode,
  type RemoteErrorOptions,
  type RemoteModelOptions,
  type Wishes,
} from "./backends/mod.ts";
export type { KvPrecision } from "./cache/mod.ts";
export {
  type CameraEntry,
  CameraError,
  type CameraErrorCode,
  CameraProblems,
  type CameraStatus,
  type Cameras,
  type ListedCamera,
  type RosterChange,
} from "./cameras/mod.ts";
export * from "./engine/mod.ts";
export {
  type Counts as HistoryCounts,
  type EntryType,
  type Found,
  History,
  HistoryError,
  type HistoryErrorCode,
  type HistoryFigures,
  type HistoryInfo,
  type HistoryOptions,
  type HistoryQuestions,
  type HistorySettings,
  type Interval as HistoryInterval,
  type Peak as HistoryPeak,
  type Search,
  type SearchPage,
  type StreamSum,
  type Summary,
  type SummaryWish,
  type TimeUnit,
} from "./history/mod.ts";
export {
  type CameraKind,
  type DecodedImage,
  type DecodeImageOptions,
  type Decoding,
  type DescribedVideo,
  type DroppedFrame,
  type DropReason,
  decodeImage,
  EncodedFrame,
  type EncodedImage,
  type FetchOptions,
  type FfmpegBinary,
  type Frame,
  type FrameError,
  type FrameFormat,
  type FrameStamp,
  guardedFetch,
  ImageFrames,
  type ImageFramesOptions,
  type ImageLimits,
  type ImageStamp,
  IngestError,
  type IngestErrorCode,
  type Mask,
  type NetworkPolicy,
  type OpenCameraOptions,
  type OpenVideoOptions,
  openCamera,
  openVideo,
  type Pace,
  type PictureSize,
  type Point,
  type Polygon,
  type ProbeOptions,
  probeVideo,
  type RelayLimits,
  type ResolveOptions,
  RgbFrame,
  type RgbPicture,
  requireAllowed,
  type Scaling,
  type VideoInfo,
  type VideoNotice,
  type Zones,
} from "./ingest/mod.ts";
export {
  BUNDLED_MODEL,
  type Bundle,
  type BundleManifest,
  type CheckpointSettings,
  type EyesPaths,
  loadBundle,
  ModelError,
  type ModelErrorCode,
} from "./models/mod.ts";
export type { ServerEvent } from "./protocol/mod.ts";
export { SCENE_ADVICE, type Scene, type SceneReason } from "./scene/mod.ts";
export {
  type CertificateFiles,
  createServer,
  type Limits,
  type Server,
  type ServerAlerts,
  type ServerCameras,
  ServerError,
  type ServerErrorCode,
  type ServerOptions,
  type SinkCounts,
} from "./server/mod.ts";
export { StateError, type StateErrorCode } from "./state/mod.ts";
export {
  type AskOptions,
  type EventLog,
  type EventPictures,
  type Gap,
  type ListenedStream,
  type LogEntry,
  type Numbered,
  type PulledVideoOptions,
  parseScheduledQuestion,
  type ReconnectWaits,
  type ReplayOptions,
  replay,
  type ScheduledQuestion,
  type StreamCounts,
  type StreamKind,
  type StreamListener,
  type StreamPast,
  type StreamStanding,
  type StreamState,
} from "./streams/mod.ts";
