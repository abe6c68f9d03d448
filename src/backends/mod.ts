/** The backends: what runs a model for the engine. Nothing above the engine may know which one runs. */
export {
  createEngine,
  createRemoteEngine,
  type LocalEngineOptions,
  type RemoteEngineOptions,
} from "./create-engine.ts";
export {
  expectedSpeed,
  type Isolation,
  type LocalBackendOptions,
  type LocalSettings,
  type LocalWishes,
} from "./local/mod.ts";
export { RemoteError, type RemoteErrorCode, type RemoteErrorOptions } from "./openai/client/errors.ts";
export type {
  BudgetLimits,
  Json,
  OpenAiBackendOptions,
  PictureCost,
  Plan,
  PrefixCache,
  ProbedServer,
  ProbeResult,
  ProbeServerOptions,
  RemoteModelOptions,
  Wishes,
} from "./openai/mod.ts";
export { probeServer } from "./probe-server.ts";
