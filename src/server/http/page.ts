import { existsSync } from "node:fs";
import { join } from "node:path";
import { serveStatic } from "@hono/node-server/serve-static";
import { Hono } from "hono";
import type { Logger } from "pino";
import { openedFile } from "./opened-file.ts";

/** The built page or, when it has not been built, a page that says how to build it. */
export function page(clientDir: string, log: Logger): Hono {
  const app = new Hono();
  if (existsSync(join(clientDir, "index.html")))
    app.get("/*", openedFile(log), serveStatic({ root: clientDir }));
  else {
    app.get("/", (c) => c.html(MISSING_CLIENT, 404));
    app.get("/missing.css", (c) => c.body(MISSING_STYLE, 200, { "Content-Type": "text/css" }));
  }
  return app;
}

/** The clips that the page plays, under /sample/. */
export function sample(sampleDir: string, log: Logger): Hono {
  const app = new Hono();
  app.get(
    "/sample/*",
    async (c, next) => {
      // Browsers seek only when they know that the server supports ranges.
      c.header("Accept-Ranges", "bytes");
      await next();
    },
    openedFile(log),
    serveStatic({ root: sampleDir, rewriteRequestPath: (path) => path.slice("/sample".length) }),
  );
  return app;
}

const MISSING_CLIENT = `<!doctype html>
<html lang="en">
<meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>thinkalong</title>
<link rel="stylesheet" href="missing.css">
<h1>thinkalong is running</h1>
<p>The WebSocket is at <code>/v1/stream</code>, but the page has not been built.
Build it in the project's folder, then start the server again:</p>
<pre><code>npm run build</code></pre>
</html>`;

const MISSING_STYLE =
  ":root { color-scheme: light dark } body { font: 16px/1.5 system-ui; max-width: 40rem; margin: 3rem auto; padding: 0 1rem }";
