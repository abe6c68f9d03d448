/** The backends: what runs a model for the engine. Nothing above the engine may know which one runs. */
export { createEngine, type LocalEngineOptions } from "./create-engine.ts";
export type { LocalBackendOptions } from "./local/mod.ts";
