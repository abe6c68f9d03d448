/** One client on one stream: protocol messages in, protocol events out. Knows no sockets. */
export { Session, type SessionOptions, type SessionState } from "./session.ts";
export type { IntakeLimits } from "./session-config.ts";
