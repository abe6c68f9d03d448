import { existsSync } from "node:fs";
import { join } from "node:path";
import type { HttpBindings } from "@hono/node-server";
import { serveStatic } from "@hono/node-server/serve-static";
import { Hono } from "hono";
import type { Engine } from "../engine/types.ts";
import { type AccessRules, refusal } from "./access.ts";
import { modelList } from "./model-list.ts";

/** What the HTTP side shows. */
export interface HttpAppOptions {
  readonly engine: Engine;
  readonly access: AccessRules;
  /** The built sample page. */
  readonly clientDir: string;
  /** A folder of clips for it, served below /sample/. */
  readonly sampleDir: string | null;
  /** Whether it could take another session now. */
  readonly readiness: () => { readonly sessions: number; readonly full: boolean; readonly closing: boolean };
}

/** Everything of the server that is not the WebSocket: health, the model list, the sample page and its clip. */
export function createHttpApp({ engine, access, clientDir, sampleDir, readiness }: HttpAppOptions) {
  const app = new Hono<{ Bindings: HttpBindings }>();

  app.use(async (c, next) => {
    const refused = refusal(c.env.incoming.headers, access);
    if (refused)
      return c.json({ error: { type: "invalid_request_error", code: "forbidden", message: refused } }, 403);
    c.header("X-Content-Type-Options", "nosniff");
    c.header("Referrer-Policy", "no-referrer");
    await next();
  });

  app.get("/healthz", (c) => c.json({ status: "ok" }));
  app.get("/readyz", (c) => {
    const { sessions, full, closing } = readiness();
    const status = closing ? "closing" : full ? "full" : "ready";
    return c.json({ status, sessions }, status === "ready" ? 200 : 503);
  });
  app.get("/v1/models", (c) => c.json(modelList(engine.model)));
  app.get("/v1/stream", (c) => {
    c.header("Upgrade", "websocket");
    return c.json(
      {
        error: {
          type: "invalid_request_error",
          code: "upgrade_required",
          message: "connect to /v1/stream with a WebSocket; see docs/protocol.md",
        },
      },
      426,
    );
  });

  if (sampleDir !== null) {
    app.get(
      "/sample/*",
      async (c, next) => {
        // Browsers seek only in media of which they know that ranges work.
        c.header("Accept-Ranges", "bytes");
        await next();
      },
      serveStatic({ root: sampleDir, rewriteRequestPath: (path) => path.slice("/sample".length) }),
    );
  }
  if (existsSync(join(clientDir, "index.html"))) {
    app.get("/*", serveStatic({ root: clientDir }));
  } else {
    app.get("/", (c) => c.html(MISSING_CLIENT, 404));
  }

  app.notFound((c) =>
    c.json(
      {
        error: {
          type: "invalid_request_error",
          code: "not_found",
          message: `there is nothing at ${c.req.path}`,
        },
      },
      404,
    ),
  );
  return app;
}

const MISSING_CLIENT = `<!doctype html>
<html lang="en">
<meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>thinkalong</title>
<style>:root { color-scheme: light dark } body { font: 16px/1.5 system-ui; max-width: 40rem; margin: 3rem auto; padding: 0 1rem }</style>
<h1>thinkalong is running</h1>
<p>The WebSocket is at <code>/v1/stream</code>, but the sample page has not been built.
Build it in the project's folder, then start the server again:</p>
<pre><code>npm run build</code></pre>
</html>`;
