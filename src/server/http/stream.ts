import { Hono } from "hono";
import { REALTIME_PATH } from "../openai/realtime/path.ts";
import { STREAM_PATH } from "../ws/upgrade.ts";
import { httpError } from "./http-error.ts";

/** The paths of WebSockets, and where their messages are described. */
const DESCRIBED = { [STREAM_PATH]: "docs/protocol.md", [REALTIME_PATH]: "docs/openai.md" } as const;

/** `GET /v1/stream` and `/v1/realtime` without an upgrade: 426, because only WebSockets can be opened there. */
export function stream(): Hono {
  const app = new Hono();
  for (const [path, page] of Object.entries(DESCRIBED))
    app.get(path, (c) => {
      c.header("Upgrade", "websocket");
      const message = `Connect to ${path} with a WebSocket. The messages are described in ${page}.`;
      return httpError(c, 426, "upgrade_required", message);
    });
  return app;
}
