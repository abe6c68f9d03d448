/** The local backend: a bundle on two worker threads, one that sees and one that thinks. */
export { LocalBackend, type LocalBackendOptions } from "./local-backend.ts";
