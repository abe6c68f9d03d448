/**
 * thinkalong as a library: an engine to push frames into, sources of frames, and the server around it.
 *
 * @example
 * ```ts
 * import { createEngine, openVideo } from "thinkalong";
 *
 * const engine = await createEngine({ model: "models/street-narrator" });
 * const stream = engine.openStream();
 * stream.events$.subscribe((event) => {
 *   if (event.type === "thought.done" && !event.skipped) console.log(event.mediaTimeMs, event.text);
 * });
 * const { width, height, fps } = engine.model;
 * openVideo("yard.mp4", { width, height, fps, pace: "realtime" }).subscribe({
 *   next: (frame) => stream.push(frame),
 *   complete: () => stream.end(),
 * });
 * ```
 */
export * from "./engine/mod.ts";
export {
  type DecodeImageOptions,
  decodeImage,
  type Frame,
  ImageFrames,
  IngestError,
  type IngestErrorCode,
  type OpenVideoOptions,
  openVideo,
  probeVideo,
} from "./ingest/mod.ts";
export { type Bundle, loadBundle, ModelError, type ModelErrorCode } from "./models/mod.ts";
export type { ServerEvent } from "./protocol/mod.ts";
export { createServer, type Limits, type Server, ServerError, type ServerOptions } from "./server/mod.ts";
export { parseScheduledQuestion, type ReplayOptions, replay, type ScheduledQuestion } from "./streams/mod.ts";
