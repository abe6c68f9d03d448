import { Hono } from "hono";
import { STREAM_PATH } from "../ws/upgrade.ts";
import { httpError } from "./http-error.ts";

/** `GET /v1/stream` without an upgrade: says that a WebSocket belongs there. */
export function stream(): Hono {
  const app = new Hono();
  app.get(STREAM_PATH, (c) => {
    c.header("Upgrade", "websocket");
    const message = `Connect to ${STREAM_PATH} with a WebSocket; see docs/protocol.md.`;
    return httpError(c, 426, "upgrade_required", message);
  });
  return app;
}
