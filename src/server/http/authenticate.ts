import type { Context, MiddlewareHandler } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { errorInfo } from "../../protocol/mod.ts";
import type { Authenticator } from "../auth/authenticator.ts";
import { STRANGER } from "../auth/client.ts";
import { headersOf, isRefusal, type Refusal, statusOf } from "../refusal.ts";
import type { AppEnv } from "./app-env.ts";
import { needsToken } from "./headers.ts";

/** Lets in whoever may use the server, and tells every handler who that is (`grant`, `client`). */
export function authenticate(authenticator: Authenticator): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const client = needsToken(c.req.path) ? authenticator.letIn(c.env.incoming, isEventSource(c)) : STRANGER;
    if (isRefusal(client)) return httpRefusal(c, client);
    c.set("client", client);
    c.set("grant", client.grant);
    await next();
  };
}

/** Answers with a refusal: its status, headers and message. */
export function httpRefusal(c: Context, refusal: Refusal): Response {
  const { code, message } = refusal;
  const { type } = errorInfo(code);
  c.set("errorCode", code);
  const status = statusOf(refusal) as ContentfulStatusCode;
  return c.json({ error: { type, code, message, param: null } }, status, headersOf(refusal));
}

/** Whether a request comes from an `EventSource`, to which a page can give no header. */
function isEventSource(c: Context): boolean {
  return c.req.method === "GET" && (c.req.header("accept") ?? "").includes("text/event-stream");
}
