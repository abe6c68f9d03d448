/** The local backend: runs a bundle on two workers, one for vision and one for reasoning, here or in a process apart. */
export type { LocalWishes } from "./checkpoint-plan.ts";
export { expectedSpeed } from "./expected-speed.ts";
export {
  type Isolation,
  LocalBackend,
  type LocalBackendOptions,
  type LocalSettings,
} from "./local-backend.ts";
