/** A loaded model on its two workers, and the streams that run on it. */
export { createEngine, type EngineOptions } from "./engine.ts";
export { EngineError, type EngineErrorCode } from "./errors.ts";
export type * from "./events.ts";
export { NO_TOTALS } from "./ledger.ts";
export { SCENE_ADVICE } from "./scene-advice.ts";
export type * from "./types.ts";
