import { fileURLToPath } from "node:url";
import type { Logger } from "pino";
import { Alerts, alertState } from "../alerts/mod.ts";
import { CameraRoster, cameraState } from "../cameras/mod.ts";
import { StreamRegistry } from "../streams/mod.ts";
import type { AccessRules } from "./access.ts";
import { AlertTrials } from "./alert-trials.ts";
import { Authenticator } from "./auth/authenticator.ts";
import type { TokenStore } from "./auth/token-store.ts";
import { createHttpApp } from "./http/app.ts";
import { EventReaders } from "./http/streams/event-readers.ts";
import type { Limits } from "./limits.ts";
import { Answers } from "./openai/answers.ts";
import { RealtimeSockets } from "./openai/realtime/sockets.ts";
import { SharedQuestions } from "./question-budget.ts";
import { type Readiness, readinessOf } from "./readiness.ts";
import type { ServerOptions } from "./server-options.ts";
import { idsOf } from "./stream-ids.ts";
import { streamLog } from "./stream-log.ts";
import { Traffic } from "./traffic.ts";
import { StreamSockets } from "./ws/stream-sockets.ts";

/** What the parts of a server are made from, beside its options. */
export interface PartsOptions {
  readonly limits: Limits;
  readonly access: AccessRules;
  readonly tokens: TokenStore | null;
  readonly log: Logger;
}

/** The parts of a server, each made with those that it knows. Nothing listens, and no camera is open yet. */
export type Parts = Awaited<ReturnType<typeof createParts>>;

export async function createParts(options: ServerOptions, { limits, access, tokens, log }: PartsOptions) {
  const { engine, stateDir, history = null, cameraNetwork: network = {} } = options;
  const traffic = new Traffic();
  // Loaded only where they are wanted, because they bring a library of their own.
  const metrics =
    options.metrics === false ? null : (await import("./metrics/metrics.ts")).startMetrics(engine.model.id);
  const questions = new SharedQuestions(limits.maxQuestionsPerSecond);
  const alerts = new Alerts({
    model: engine.model,
    limits,
    state: stateDir === undefined ? null : alertState(stateDir),
    spend: (stream) => questions.of(stream).spend(),
    onTrouble: (alert, message) => log.warn({ alert }, message),
    onChange: () => options.onAlerts?.(alerts),
    onFault: (err) => log.error({ err }, "an alert failed"),
  });
  const streams = new StreamRegistry({
    engine,
    limits,
    maxStreams: limits.maxSessions,
    maxCameras: limits.maxCameras,
    isCamera: (name) => cameras.get(name) !== undefined,
    past: (name) => history?.past(name) ?? null,
    listeners: [
      ...[streamLog(log), ...(metrics ? [metrics.listener] : []), ...(history ? [history.listener] : [])],
      ...[...(options.listeners ?? []), alerts.listener],
    ],
    onFault: (err, what, stream) => log.error({ err, ...idsOf(stream) }, what),
  });
  const ids = (camera: string) => idsOf({ id: camera, kind: "camera" });
  const cameras = new CameraRoster({
    streams,
    network,
    state: stateDir === undefined ? null : cameraState(stateDir),
    onTrouble: (camera, message) => log.warn(camera === null ? {} : ids(camera), message),
    onFault: (err, camera) => log.error({ err, ...ids(camera) }, "a camera failed"),
  });
  const readers = new EventReaders(limits);
  const authenticator = new Authenticator({ tokens, access, limits, log });
  const sockets = new StreamSockets({ streams, limits, access, authenticator, questions, log, traffic });
  const answers = new Answers({
    engine,
    resources: { streams, cameras, questions, limits },
    network,
    onFault: (err, what) => log.error({ err }, what),
  });
  const realtime = new RealtimeSockets({ answers, access, authenticator, log, traffic });
  const readiness = (): Readiness =>
    readinessOf({
      engine: engine.health,
      sessions: streams.size,
      isFull: sockets.isFull,
      isClosing: sockets.isClosing,
    });
  const alertTrials = new AlertTrials({ model: engine.model, streams, limits });
  const app = createHttpApp({
    ...{ engine, access, authenticator, log, answers, alerts, alertTrials, readiness, traffic },
    resources: {
      ...{ streams, cameras, readers, questions, limits, history },
      watchersOf: (id) => sockets.watchersOf(id) + readers.of(id),
    },
    pictures: [...(history === null ? [] : [history]), ...(options.pictures ?? []), alerts.pictures],
    clientDir: options.clientDir ?? fileURLToPath(new URL("../../dist/client", import.meta.url)),
    sampleDir: options.sampleDir ?? null,
    metrics: metrics && ((isOpenMetrics) => metrics.render(isOpenMetrics)),
  });
  return {
    ...{ engine, app, alerts, streams, cameras, history, readers, sockets, answers, realtime, traffic },
    ...{ readiness, metrics },
    /** Ends those whose token was withdrawn or allows other things now. */
    endLost: () => {
      for (const part of [sockets, realtime, readers]) part.endLost();
    },
    /** Ends all sessions and cameras. */
    close: async () => {
      await Promise.all([
        ...[sockets.close(), realtime.close(), readers.close()],
        cameras.close(limits.shutdownMs),
      ]);
      await alerts.close();
      metrics?.close();
    },
  };
}
