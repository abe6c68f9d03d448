import type { Context } from "hono";
import { encodeServerEvent, type ServerEvent } from "../../../protocol/mod.ts";
import type { AppEnv } from "../app-env.ts";

/** An event as a message of a `text/event-stream`. */
export function sseMessage(event: ServerEvent): string {
  return `id: ${event.event_id}\nevent: ${event.type}\ndata: ${encodeServerEvent(event)}\n\n`;
}

/** Answers with server-sent events. */
export function sseAnswer(c: Context<AppEnv>, body: ReadableStream<Uint8Array>): Response {
  c.header("Content-Type", "text/event-stream; charset=utf-8");
  // A reverse proxy must not collect them.
  c.header("X-Accel-Buffering", "no");
  return c.body(body);
}
