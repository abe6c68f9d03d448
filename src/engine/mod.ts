/**
 * Takes streams of frames and gives events, on any backend. It has the queue, the drops, the paradigms, the order of
 * events and the totals. It knows no tensors and no sockets.
 */
export type * from "./backend.ts";
export type { StreamCaches } from "./cache-gauge.ts";
export { type EngineOptions, type StartBackend, startEngine } from "./engine.ts";
export { EngineError, type EngineErrorCode } from "./errors.ts";
export type * from "./events.ts";
export type * from "./figures.ts";
export type * from "./model-info.ts";
export type { OverlookedReason } from "./overlooked.ts";
export { NO_TOTALS } from "./stream-totals.ts";
export type * from "./types.ts";
