import { Hono } from "hono";
import { accepts } from "hono/accepts";
import { type AccessRules, isLoopback } from "../access.ts";
import { mayEverywhere } from "../auth/grant.ts";
import { clientAddress } from "../client-address.ts";
import type { MetricsText } from "../metrics/metric-set.ts";
import type { AppEnv } from "./app-env.ts";
import { HttpProblem } from "./http-problem.ts";

export interface MetricsResource {
  /** Writes all metrics down as they are now. */
  readonly render: (isOpenMetrics: boolean) => Promise<MetricsText>;
  /** Whether clients need a token. */
  readonly isGuarded: boolean;
  readonly access: AccessRules;
}

const OPEN_METRICS = "application/openmetrics-text";
const PLAIN = "text/plain";

/**
 * `GET /metrics`: all metrics for Prometheus, in its text format or, where that is asked for, as OpenMetrics. They are for
 * tokens that may watch all streams; without tokens, for this machine alone.
 */
export function metrics({ render, isGuarded, access }: MetricsResource): Hono<AppEnv> {
  const app = new Hono<AppEnv>();
  app.get("/metrics", async (c) => {
    if (isGuarded && !mayEverywhere(c.get("grant"), "watch"))
      throw new HttpProblem(
        403,
        "forbidden",
        'The metrics are about all streams. Use a token with the scope "watch" and without "streams", or with the scope "admin".',
      );
    if (!isGuarded && !isLoopback(clientAddress(c.env.incoming, access)))
      throw new HttpProblem(
        403,
        "forbidden",
        "Without tokens, the metrics are for this machine alone. Start the server with --tokens, and send a token.",
      );
    const wanted = accepts(c, { header: "Accept", supports: [OPEN_METRICS, PLAIN], default: PLAIN });
    const { contentType, text } = await render(wanted === OPEN_METRICS);
    c.header("Content-Type", contentType);
    c.header("Vary", "Accept");
    return c.body(text);
  });
  return app;
}
