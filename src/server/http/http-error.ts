import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";

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
  const type = status === 429 ? "limit_error" : status >= 500 ? "server_error" : "invalid_request_error";
  c.set("errorCode", code);
  return c.json({ error: { type, code, message, param } }, status);
}
