import { ERRORS, type ProtocolErrorCode } from "../protocol/mod.ts";

/** Why a client is not let in, or must go. Its HTTP status and close code follow from the code (`ERRORS`). */
export interface Refusal {
  readonly code: Extract<ProtocolErrorCode, "unauthorized" | "forbidden" | "too_many_attempts">;
  readonly message: string;
  /** When it may be tried again (ms from now). */
  readonly retryAfterMs?: number;
}

/** Status of the HTTP answer. */
export function statusOf({ code }: Pick<Refusal, "code">): number {
  return ERRORS[code].status;
}

/** Headers of the HTTP answer. */
export function headersOf({ code, retryAfterMs }: Refusal): Record<string, string> {
  return {
    ...(ERRORS[code].status === 401 ? { "WWW-Authenticate": 'Bearer realm="thinkalong"' } : {}),
    ...(retryAfterMs === undefined ? {} : { "Retry-After": String(Math.ceil(retryAfterMs / 1000)) }),
  };
}

/** Whether something is a refusal. */
export function isRefusal(value: object): value is Refusal {
  return "code" in value;
}
