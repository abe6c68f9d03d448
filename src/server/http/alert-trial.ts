import { Hono } from "hono";
import { z } from "zod";
import { AlertError, alertRuleSchema, type TrialAlert } from "../../alerts/mod.ts";
import type { AlertTrials, TrialOutcome } from "../alert-trials.ts";
import type { AppEnv } from "./app-env.ts";
import { mayBeSeen, requireHistory } from "./history/history.ts";
import { when } from "./history/query.ts";
import { HttpProblem } from "./http-problem.ts";
import { jsonBody, jsonOnly } from "./json-body.ts";
import type { StreamResources } from "./streams/shared.ts";

/** How long back a rule is tried where no time is named (ms). */
const USUAL_MS = 24 * 3_600_000;

const trialBody = z.strictObject({
  rule: alertRuleSchema,
  from: when.optional(),
  to: when.optional(),
  limit: z.int().min(1).max(500).default(50),
});

/**
 * `POST /v1/alerts/try`: says when a rule would have been raised, had it been there. It changes nothing and tells what the
 * history of these streams tells, so it is for whoever may watch them.
 */
export function alertTrialResource(
  trials: AlertTrials,
  { history, limits }: Pick<StreamResources, "history" | "limits">,
): Hono<AppEnv> {
  const app = new Hono<AppEnv>();
  app.post("/v1/alerts/try", jsonOnly(limits.maxBodyBytes), async (c) => {
    const {
      rule,
      limit,
      to: toMs = Date.now(),
      from: fromMs = toMs - USUAL_MS,
    } = await jsonBody(c, trialBody);
    const streams = mayBeSeen(c, rule.streams ?? null);
    if (fromMs >= toMs)
      throw new HttpProblem(400, "invalid_value", "The field from is wrong. It must be before `to`.", "from");
    const wish = { rule, streams, fromMs, toMs, signal: c.req.raw.signal };
    const outcome = await trials.run(requireHistory(history), wish).catch((error: unknown) => {
      throw error instanceof AlertError && error.code === "alert_refused"
        ? new HttpProblem(400, error.code, error.message, `rule.${error.key}`)
        : error;
    });
    return c.json(trialObject(outcome, toMs, limit));
  });
  return app;
}

function trialObject(outcome: TrialOutcome, toMs: number, limit: number) {
  const { how, understood, alerts, fromMs, thoughts, streams, capped } = outcome;
  return {
    object: "alert.trial",
    how,
    understood,
    from: iso(fromMs),
    to: iso(toMs),
    raised: alerts.length,
    data: alerts.slice(0, limit).map(alertObject),
    tried: { thoughts, streams, capped },
  };
}

function alertObject({ stream, wallMs, mediaMs, message, eventId, snapshot }: TrialAlert) {
  return {
    ...{ stream, time: iso(wallMs), media_time_ms: mediaMs, message },
    ...{ event_id: eventId, snapshot },
  };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
