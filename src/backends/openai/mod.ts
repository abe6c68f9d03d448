/** The remote backend: a model on OpenAI-compatible servers, prompted to think while it sees. */

export type {
  BudgetLimits,
  Json,
  PictureCost,
  PrefixCache,
  ProbeResult,
  RemoteModelOptions,
} from "./client/mod.ts";
export { OpenAiBackend, type OpenAiBackendOptions } from "./openai-backend.ts";
export type { Plan, Wishes } from "./plan.ts";
export { type ProbedServer, type ProbeServerOptions, probeServer } from "./probe-server.ts";
