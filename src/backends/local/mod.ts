/** The local backend: runs a bundle on two worker threads, one for vision and one for reasoning. */
export { LocalBackend, type LocalBackendOptions } from "./local-backend.ts";
