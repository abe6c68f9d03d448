/** A model on OpenAI-compatible servers: requests, budgets, retries, health. Nothing here knows streams of frames. */
export type { ChatRequest, Json } from "./chat-body.ts";
export type { ChatResult } from "./chat-stream.ts";
export type { Choice } from "./choose.ts";
export { RemoteError, type RemoteErrorCode } from "./errors.ts";
export type { ListedModel } from "./find-model.ts";
export type { RemoteHealth } from "./health-checks.ts";
export { type ProbeOptions, probe } from "./probe.ts";
export type { PictureCost, PrefixCache, ProbeResult } from "./probe-result.ts";
export { RemoteModel, type RemoteModelOptions } from "./remote-model.ts";
export type { ServerTimes, Usage } from "./usage.ts";
