/** URLs of those who are not trusted: what they may reach, and how ffmpeg and `fetch` reach nothing else. */
export { type FetchOptions, guardedFetch } from "./guarded-fetch.ts";
export { HttpRelay } from "./http-relay.ts";
export { NetworkGuard, parseUrl, requireAllowed } from "./network-guard.ts";
export type { NetworkPolicy } from "./network-policy.ts";
export type { RelayLimits } from "./relay-limits.ts";
export { RelayReport } from "./relay-report.ts";
export { RtspRelay } from "./rtsp-relay.ts";
