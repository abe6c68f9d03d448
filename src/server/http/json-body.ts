import type { Context, MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import type { z } from "zod";
import { knownKeys, plainEnglish, unknownKey } from "../../protocol/mod.ts";
import { httpError } from "./http-error.ts";
import { HttpProblem } from "./http-problem.ts";

/** Refuses a body that is none of JSON (415) or too large (413), before anything of it is parsed. */
export function jsonOnly(maxBytes: number): MiddlewareHandler {
  const limit = bodyLimit({
    maxSize: maxBytes,
    onError: (c) =>
      httpError(c, 413, "message_too_large", `A body may have at most ${maxBytes} bytes. Send less.`),
  });
  return async (c, next) => {
    const type = c.req.header("content-type") ?? "";
    if (!/^application\/json\s*(;|$)/i.test(type))
      return httpError(
        c,
        415,
        "unsupported_media_type",
        'Send JSON, with the header "Content-Type: application/json".',
      );
    return await limit(c, next);
  };
}

/**
 * The body of a request, as a schema wants it.
 *
 * @throws {HttpProblem} 400 `invalid_json`, or `invalid_value` with the field that is wrong
 */
export async function jsonBody<S extends z.ZodType>(c: Context, schema: S): Promise<z.output<S>> {
  let value: unknown;
  try {
    value = await c.req.json();
  } catch {
    throw new HttpProblem(400, "invalid_json", "The body is not JSON.");
  }
  return checked(schema, value);
}

/**
 * A value, as a schema wants it.
 *
 * @throws {HttpProblem} 400 `invalid_value`, with the field that is wrong
 */
export function checked<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const parsed = schema.safeParse(value, { error: plainEnglish });
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  const path = issue.path.map(String);
  if (issue.code === "unrecognized_keys") {
    const key = issue.keys[0]!;
    throw invalid([...path, key].join("."), unknownKey(key, knownKeys(schema, issue.path)));
  }
  throw invalid(path.join("."), issue.message);
}

function invalid(param: string, message: string): HttpProblem {
  const where = param === "" ? "The body is wrong." : `The field ${param} is wrong.`;
  return new HttpProblem(400, "invalid_value", `${where} ${message}`, param || null);
}
