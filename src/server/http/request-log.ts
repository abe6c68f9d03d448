import type { MiddlewareHandler } from "hono";
import type { Logger } from "pino";
import type { Traffic } from "../traffic.ts";
import type { AppEnv } from "./app-env.ts";

/** The stream in the path of a resource, or in a query that names one. */
const STREAM_IN_PATH = /^\/v1\/streams\/([^/]+)/;

/**
 * Counts each request, and writes it into the log at `debug`: what was asked for, by whom, and what became of it. A query
 * is left out, because it may hold a ticket.
 */
export function requestLog(traffic: Traffic, log: Logger): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const startedAtMs = performance.now();
    await next();
    const { status } = c.res;
    const code = c.get("errorCode");
    traffic.answered(status);
    if (code !== undefined) traffic.refused("http", code);
    if (!log.isLevelEnabled("debug")) return;
    const { method, path } = c.req;
    const stream = STREAM_IN_PATH.exec(path)?.[1];
    const token = c.get("grant")?.name;
    const ms = Math.round(performance.now() - startedAtMs);
    log.debug(
      { method, path, status, ms, ...(code && { code }), ...(token && { token }), ...(stream && { stream }) },
      "request",
    );
  };
}
