import { Hono } from "hono";
import type { Readiness } from "../readiness.ts";

/**
 * `GET /healthz`: 200 while the process lives. `GET /readyz`: 200 while the server can serve somebody who comes now, else
 * 503 with the reasons; `status` is the code of the first.
 */
export function health(readiness: () => Readiness): Hono {
  const app = new Hono();
  app.get("/healthz", (c) => c.json({ status: "ok" }));
  app.get("/readyz", (c) => {
    const { sessions, reasons } = readiness();
    const [first] = reasons;
    return c.json({ status: first?.code ?? "ready", sessions, reasons }, first === undefined ? 200 : 503);
  });
  return app;
}
