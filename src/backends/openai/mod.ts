/** The remote backend: a model on OpenAI-compatible servers, prompted to think while it sees. */
export { OpenAiBackend, type OpenAiBackendOptions } from "./openai-backend.ts";
export type { Wishes } from "./plan.ts";
