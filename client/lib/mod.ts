/**
 * `thinkalong/client`: the client library, for browsers and for Node. It connects to a server and goes on after a lost
 * connection, sends pictures of a `<video>`, a camera or a file as fast as the network takes them, asks questions, and
 * reads the HTTP API.
 *
 * @example
 * ```ts
 * import { connect, fromCamera } from "thinkalong/client";
 *
 * const session = await connect("/");
 * session.on("response.reasoning_text.done", ({ text }) => text && console.log(text));
 * await fromCamera(session);
 * ```
 */
export type { AlertRule } from "../../src/alerts/rule-schema.ts";
export type { CameraEntry } from "../../src/cameras/camera-schema.ts";
export type { EntryType } from "../../src/history/entry.ts";
export type { ClientMessage, SessionSettings } from "../../src/protocol/client-messages.ts";
export type { CloseReason, SourceState } from "../../src/protocol/fields.ts";
export type {
  ServerEvent,
  ServerEventOf,
  ServerEventType,
  SessionStats,
  SessionTotals,
} from "../../src/protocol/server-events.ts";
export type { ConnectedSession, SessionObject } from "../../src/protocol/session-object.ts";
export { type ConnectOptions, connect, ThinkalongClient } from "./connect.ts";
export type { Dom } from "./dom.ts";
export { ClientError, type ClientErrorCode, type LocalErrorCode } from "./errors.ts";
export {
  type AlertObject,
  type AlertTrial,
  type AlertTrialOptions,
  HttpAlerts,
  type TriedAlert,
} from "./http/alerts.ts";
export {
  type HistoryRange,
  type HistorySearch,
  type HistorySummaryOptions,
  HttpHistory,
} from "./http/history.ts";
export type {
  HistoryCounts,
  HistoryEntry,
  HistoryGap,
  HistoryInterval,
  HistoryPage,
  HistoryPeak,
  HistoryStreamSum,
  HistorySummary,
} from "./http/history-object.ts";
export type { When } from "./http/query.ts";
export type {
  CameraObject,
  LatestAlert,
  LatestThought,
  SessionStreamObject,
  StreamObject,
  StreamShown,
} from "./http/stream-object.ts";
export { type EventsOptions, HttpStreams, type Snapshot, type SnapshotOptions } from "./http/streams.ts";
export type { ConnectionState } from "./server/line.ts";
export type { RetryOptions } from "./server/pause.ts";
export type { ServerOptions } from "./server/server-address.ts";
export type { SocketClass, SocketLike } from "./server/web-socket.ts";
export type { Answer, WholeAnswer } from "./session/answer.ts";
export type { FrameCounts, Picture, SkippedFrame } from "./session/frame-queue.ts";
export { Session } from "./session/session.ts";
export type { SessionEnd, SessionHears, SessionOptions } from "./session/session-options.ts";
export { type CameraFeed, fromCamera, openCamera } from "./video/from-camera.ts";
export { type FileFeed, fromFile } from "./video/from-file.ts";
export { fromRecorder, type Recording, type RecordingOptions } from "./video/from-recorder.ts";
export { fromVideo, type VideoFeed } from "./video/from-video.ts";
export type { PictureOptions, VideoOptions } from "./video/options.ts";
