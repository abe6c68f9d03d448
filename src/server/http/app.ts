import type { HttpBindings } from "@hono/node-server";
import { Hono } from "hono";
import type { Engine } from "../../engine/mod.ts";
import { type AccessRules, refusal } from "../access.ts";
import { health, type Readiness } from "./health.ts";
import { httpError } from "./http-error.ts";
import { models } from "./models.ts";
import { page, sample } from "./page.ts";
import { stream } from "./stream.ts";

/** Options of the HTTP side. */
export interface HttpAppOptions {
  readonly engine: Engine;
  readonly access: AccessRules;
  /** Folder of the built sample page. */
  readonly clientDir: string;
  /** Folder of the clips for the sample page, served under /sample/; null: none. */
  readonly sampleDir: string | null;
  readonly readiness: () => Readiness;
}

/**
 * The whole server except the WebSocket. Access is checked here for every request; each resource has a file of its own.
 */
export function createHttpApp({ engine, access, clientDir, sampleDir, readiness }: HttpAppOptions) {
  const app = new Hono<{ Bindings: HttpBindings }>();
  app.use(async (c, next) => {
    const refused = refusal(c.env.incoming.headers, access);
    if (refused) return httpError(c, 403, "forbidden", refused);
    c.header("X-Content-Type-Options", "nosniff");
    c.header("Referrer-Policy", "no-referrer");
    await next();
  });
  app.route("/", health(readiness));
  app.route("/", models(engine.model));
  app.route("/", stream());
  if (sampleDir !== null) app.route("/", sample(sampleDir));
  app.route("/", page(clientDir));
  app.notFound((c) =>
    httpError(
      c,
      404,
      "not_found",
      `There is nothing at ${c.req.path}. The API is described in docs/protocol.md.`,
    ),
  );
  return app;
}
