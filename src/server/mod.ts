/** HTTP and WebSockets: who may connect, how many, and how a socket becomes a session. Knows no tensors. */
export { addToken, type NewToken } from "./auth/add-token.ts";
export { SCOPES, type Scope } from "./auth/grant.ts";
export { removeToken } from "./auth/remove-token.ts";
export { readTokenFile, type TokenEntry } from "./auth/token-file.ts";
export { TokenStore } from "./auth/token-store.ts";
export { createServer } from "./create-server.ts";
export { ServerError, type ServerErrorCode } from "./errors.ts";
export { type Exposure, requireGuard } from "./exposure.ts";
export { type Limits, limitsSchema, readLimits } from "./limits.ts";
export type { SinkCounts } from "./metrics/sink-counts.ts";
export type { Server, ServerAlerts, ServerCameras } from "./server.ts";
export type { ServerOptions } from "./server-options.ts";
export { Certificate, type CertificateFiles } from "./tls/certificate.ts";
export { type SelfSignedOptions, selfSigned } from "./tls/self-signed.ts";
