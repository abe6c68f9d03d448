import { Hono } from "hono";

/** Whether the server can take another session, and why not. */
export interface Readiness {
  readonly sessions: number;
  readonly full: boolean;
  readonly closing: boolean;
}

/** `GET /healthz`: 200 while the server runs. `GET /readyz`: 200 while it can take another session, else 503. */
export function health(readiness: () => Readiness): Hono {
  const app = new Hono();
  app.get("/healthz", (c) => c.json({ status: "ok" }));
  app.get("/readyz", (c) => {
    const { sessions, full, closing } = readiness();
    const status = closing ? "closing" : full ? "full" : "ready";
    return c.json({ status, sessions }, status === "ready" ? 200 : 503);
  });
  return app;
}
