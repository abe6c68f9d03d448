import { Hono } from "hono";
import type { Logger } from "pino";
import type { Alerts } from "../../alerts/mod.ts";
import type { Engine } from "../../engine/mod.ts";
import type { EventPictures } from "../../streams/mod.ts";
import { type AccessRules, hostRefusal, refusal } from "../access.ts";
import type { AlertTrials } from "../alert-trials.ts";
import type { Authenticator } from "../auth/authenticator.ts";
import type { Answers } from "../openai/answers.ts";
import { chatCompletions } from "../openai/chat-completions.ts";
import type { Readiness } from "../readiness.ts";
import type { Traffic } from "../traffic.ts";
import { alertTrialResource } from "./alert-trial.ts";
import { alertsResource } from "./alerts.ts";
import type { AppEnv } from "./app-env.ts";
import { authenticate } from "./authenticate.ts";
import { cacheControl, isPublic, securityHeaders } from "./headers.ts";
import { health } from "./health.ts";
import { historyResource } from "./history/history.ts";
import { httpError } from "./http-error.ts";
import { problemAnswer } from "./http-problem.ts";
import { type MetricsResource, metrics } from "./metrics.ts";
import { models } from "./models.ts";
import { page, sample } from "./page.ts";
import { requestLog } from "./request-log.ts";
import { stream } from "./stream.ts";
import { askResource } from "./streams/ask.ts";
import { eventPictureResource } from "./streams/event-picture.ts";
import { eventsResource } from "./streams/events.ts";
import type { StreamResources } from "./streams/shared.ts";
import { snapshotResource } from "./streams/snapshot.ts";
import { streamsResource } from "./streams/streams.ts";
import { tickets } from "./tickets.ts";

/** Options of the HTTP side. */
export interface HttpAppOptions {
  readonly engine: Engine;
  readonly access: AccessRules;
  readonly authenticator: Authenticator;
  /** The streams, and what limits them. */
  readonly resources: StreamResources;
  /** What answers clients of OpenAI's API. */
  readonly answers: Answers;
  readonly alerts: Alerts;
  readonly alertTrials: AlertTrials;
  /** Where pictures of events are looked for, in this order. */
  readonly pictures: readonly EventPictures[];
  /** Folder of the built page. */
  readonly clientDir: string;
  /** Folder of the clips for the page, served under /sample/; null: none. */
  readonly sampleDir: string | null;
  readonly readiness: () => Readiness;
  /** Writes the metrics down; null: there are none. */
  readonly metrics: MetricsResource["render"] | null;
  /** Counts what comes and what is refused. */
  readonly traffic: Traffic;
  readonly log: Logger;
}

/**
 * The whole server except the WebSocket. Access is checked here for every request; each resource has a file of its own.
 */
export function createHttpApp(options: HttpAppOptions) {
  const { engine, access, authenticator, resources, answers, clientDir, sampleDir, readiness, traffic, log } =
    options;
  const secured = Object.entries(securityHeaders(access));
  const app = new Hono<AppEnv>();
  app.use(requestLog(traffic, log));
  app.use(async (c, next) => {
    for (const [name, value] of secured) c.header(name, value);
    const { headers } = c.env.incoming;
    // Browsers name the origin for the page's own scripts, too, and behind a proxy it may look like a foreign one.
    const refused = isPublic(c.req.path) ? hostRefusal(headers, access) : refusal(headers, access);
    if (refused) return httpError(c, 403, "forbidden", refused);
    await next();
    c.header("Cache-Control", c.res.ok ? cacheControl(c.req.path) : "no-store");
  });
  app.use(authenticate(authenticator));
  app.route("/", health(readiness));
  if (options.metrics !== null)
    app.route("/", metrics({ render: options.metrics, isGuarded: authenticator.isGuarded, access }));
  app.route("/", models(engine.model, resources));
  app.route("/", chatCompletions(answers));
  app.route("/", stream());
  app.route("/", tickets(authenticator));
  for (const resource of [streamsResource, eventsResource, snapshotResource, askResource])
    app.route("/", resource(resources));
  app.route("/", eventPictureResource(options.pictures));
  app.route("/", alertsResource(options.alerts, resources.limits));
  app.route("/", alertTrialResource(options.alertTrials, resources));
  app.route("/", historyResource(resources.history));
  if (sampleDir !== null) app.route("/", sample(sampleDir, log));
  app.route("/", page(clientDir, log));
  app.onError(problemAnswer((err, path) => log.error({ err, path }, "a request failed")));
  app.notFound((c) =>
    httpError(
      c,
      404,
      "not_found",
      `There is nothing at ${c.req.path}. The API is described in docs/http-api.md.`,
    ),
  );
  return app;
}
