/** HTTP and WebSockets: who may connect, how many, and how a socket becomes a session. Knows no tensors. */
export { createServer, type Server, type ServerCameras, type ServerOptions } from "./create-server.ts";
export { ServerError, type ServerErrorCode } from "./errors.ts";
export { type Limits, limitsSchema, readLimits } from "./limits.ts";
