import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";

/** Answers with an error in the shape of OpenAI's API. */
export function httpError(c: Context, status: ContentfulStatusCode, code: string, message: string): Response {
  return c.json({ error: { type: "invalid_request_error", code, message } }, status);
}
