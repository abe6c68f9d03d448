/** The local backend: runs a bundle on two worker threads, one for vision and one for reasoning. */
export type { LocalWishes } from "./checkpoint-plan.ts";
export { expectedSpeed } from "./expected-speed.ts";
export { LocalBackend, type LocalBackendOptions } from "./local-backend.ts";
