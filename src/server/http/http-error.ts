import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";

/** An error in the shape of OpenAI's API. */
export interface HttpErrorObject {
  readonly type: "limit_error" | "server_error" | "invalid_request_error";
  readonly code: string;
  readonly message: string;
  /** The field of the request that is wrong; null: none alone. */
  readonly param: string | null;
}

/** The error for an HTTP status. */
export function errorObject(
  status: number,
  code: string,
  message: string,
  param: string | null = null,
): HttpErrorObject {
  const type = status === 429 ? "limit_error" : status >= 500 ? "server_error" : "invalid_request_error";
  return { type, code, message, param };
}

/**
 * Answers with an error in the shape of OpenAI's API.
 *
 * @param param the field of the request that is wrong; null: none alone
 */
export function httpError(
  c: Context,
  status: ContentfulStatusCode,
  code: string,
  message: string,
  param: string | null = null,
): Response {
  c.set("errorCode", code);
  return c.json({ error: errorObject(status, code, message, param) }, status);
}
