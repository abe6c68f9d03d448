import { Hono } from "hono";

/** Whether the server could take another session now. */
export interface Readiness {
  readonly sessions: number;
  readonly full: boolean;
  readonly closing: boolean;
}

/** `GET /healthz`: it lives. `GET /readyz`: whether it can take another session (200) or not (503). */
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
