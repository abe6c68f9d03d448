import { Hono } from "hono";
import { STREAM_PATH } from "../ws/upgrade.ts";
import { httpError } from "./http-error.ts";

/** `GET /v1/stream` without an upgrade: 426, because only a WebSocket can be opened there. */
export function stream(): Hono {
  const app = new Hono();
  app.get(STREAM_PATH, (c) => {
    c.header("Upgrade", "websocket");
    const message = `Connect to ${STREAM_PATH} with a WebSocket. The messages are described in docs/protocol.md.`;
    return httpError(c, 426, "upgrade_required", message);
  });
  return app;
}
