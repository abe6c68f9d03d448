/** A loaded model on its two workers, and the streams that run on it. */

export { SCENE_ADVICE } from "../scene/mod.ts";
export { createEngine, type EngineOptions } from "./engine.ts";
export { EngineError, type EngineErrorCode } from "./errors.ts";
export type * from "./events.ts";
export { NO_TOTALS } from "./stream-totals.ts";
export type * from "./types.ts";
