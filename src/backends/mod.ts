/** The backends: what runs a model for the engine. Nothing above the engine may know which one runs. */
export {
  createEngine,
  createRemoteEngine,
  type LocalEngineOptions,
  type RemoteEngineOptions,
} from "./create-engine.ts";
export type { LocalBackendOptions } from "./local/mod.ts";
export { RemoteError, type RemoteErrorCode } from "./openai/client/errors.ts";
export type { OpenAiBackendOptions, Wishes } from "./openai/mod.ts";
