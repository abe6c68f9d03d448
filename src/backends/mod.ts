/** What models run on. Nothing above the engine's seam may know which one runs. */
export { createEngine, type LocalEngineOptions } from "./create-engine.ts";
export type { LocalBackendOptions } from "./local/mod.ts";
