import { type Context, Hono } from "hono";
import { type Alerts, alertName, alertRuleSchema, type ListedAlert } from "../../alerts/mod.ts";
import { may } from "../auth/grant.ts";
import type { Limits } from "../limits.ts";
import type { AppEnv } from "./app-env.ts";
import { HttpProblem } from "./http-problem.ts";
import { checked, jsonBody, jsonOnly } from "./json-body.ts";
import { requireMay } from "./streams/shared.ts";

/** An alert, as the API shows it: its rule, and what has come of it. */
export interface AlertObject {
  readonly object: "alert";
  readonly name: string;
  readonly origin: ListedAlert["origin"];
  /** How its words are matched; null: this model can never say them. */
  readonly how: ListedAlert["how"];
  readonly understood: string;
  readonly raised: number;
  /** ISO 8601, UTC; null: never yet. */
  readonly last_raised: string | null;
}

/**
 * `GET /v1/alerts`: lists the alerts that watch a stream that one may watch. `GET`, `PUT` and `DELETE` of
 * `/v1/alerts/{name}`: shows an alert, makes or changes it, deletes it.
 */
export function alertsResource(alerts: Alerts, limits: Pick<Limits, "maxBodyBytes">): Hono<AppEnv> {
  const app = new Hono<AppEnv>();

  app.get("/v1/alerts", (c) => {
    requireMay(c, "watch");
    const data = alerts.list().filter((alert) => maySee(c, alert));
    return c.json({ object: "list", data: data.map(alertObject) });
  });

  app.get("/v1/alerts/:name", (c) => {
    requireMay(c, "watch");
    return c.json(alertObject(requireAlert(c, alerts)));
  });

  app.put("/v1/alerts/:name", jsonOnly(limits.maxBodyBytes), async (c) => {
    requireMay(c, "admin");
    const name = checked(alertName, c.req.param("name"));
    const isNew = await alerts.put(name, await jsonBody(c, alertRuleSchema));
    if (isNew) c.header("Location", `/v1/alerts/${name}`);
    return c.json(alertObject(alerts.get(name)!), isNew ? 201 : 200);
  });

  app.delete("/v1/alerts/:name", async (c) => {
    requireMay(c, "admin");
    await alerts.remove(c.req.param("name"));
    return c.body(null, 204);
  });
  return app;
}

function alertObject({ name, origin, rule, how, understood, raised, lastRaisedMs }: ListedAlert) {
  const lastRaised = lastRaisedMs === null ? null : new Date(lastRaisedMs).toISOString();
  const alert: AlertObject = {
    ...({ object: "alert", name, origin, how, understood } as const),
    ...{ raised, last_raised: lastRaised },
  };
  return { ...rule, ...alert };
}

/** @throws {HttpProblem} 404 */
function requireAlert(c: Context<AppEnv>, alerts: Alerts): ListedAlert {
  const name = c.req.param("name") ?? "";
  const alert = alerts.get(name);
  if (alert === undefined || !maySee(c, alert))
    throw new HttpProblem(404, "alert_not_found", `There is no alert ${name}. GET /v1/alerts lists them.`);
  return alert;
}

/** An alert for certain streams is shown to whoever may watch one of them. */
function maySee(c: Context<AppEnv>, { rule: { streams } }: ListedAlert): boolean {
  return streams === undefined || streams.some((id) => may(c.get("grant"), "watch", id));
}
