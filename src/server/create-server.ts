import { once } from "node:events";
import { createServer as createHttpServer, type Server as HttpServer } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { getRequestListener } from "@hono/node-server";
import { type Logger, pino } from "pino";
import {
  type AlertFigures,
  type AlertRule,
  type AlertRules,
  Alerts,
  type AlertsChange,
  alertState,
  type ListedAlert,
} from "../alerts/mod.ts";
import {
  type CameraEntry,
  CameraRoster,
  type Cameras,
  cameraState,
  type ListedCamera,
  type RosterChange,
} from "../cameras/mod.ts";
import type { Engine } from "../engine/mod.ts";
import type { History } from "../history/mod.ts";
import type { NetworkPolicy } from "../ingest/mod.ts";
import {
  type EventPictures,
  type ListenedStream,
  type StreamListener,
  StreamRegistry,
} from "../streams/mod.ts";
import { isLoopback } from "./access.ts";
import { Authenticator } from "./auth/authenticator.ts";
import { TokenStore } from "./auth/token-store.ts";
import { Connections } from "./connections.ts";
import { ServerError } from "./errors.ts";
import { requireGuard } from "./exposure.ts";
import { createHttpApp } from "./http/app.ts";
import { EventReaders } from "./http/streams/event-readers.ts";
import { type Limits, readLimits } from "./limits.ts";
import type { SinkCounts } from "./metrics/sink-counts.ts";
import { Answers } from "./openai/answers.ts";
import { REALTIME_PATH } from "./openai/realtime/path.ts";
import { RealtimeSockets } from "./openai/realtime/sockets.ts";
import { SharedQuestions } from "./question-budget.ts";
import { readinessOf } from "./readiness.ts";
import { idsOf } from "./stream-ids.ts";
import { streamLog } from "./stream-log.ts";
import { Certificate, type CertificateFiles } from "./tls/certificate.ts";
import { Traffic } from "./traffic.ts";
import { StreamSockets } from "./ws/stream-sockets.ts";
import { answerWithoutUpgrade, asksForWebSocket, pathOf } from "./ws/upgrade.ts";

/** Options of a server. All but the engine have a default. */
export interface ServerOptions {
  /** Belongs to the caller, who closes it after the server. */
  readonly engine: Engine;
  /** Address to listen on. Default 127.0.0.1, which only this machine can reach. */
  readonly host?: string;
  /** Port to listen on; default 8080, 0: any free one. */
  readonly port?: number;
  /** Cameras that the server watches by itself, by name. Each is a stream. Default: none. */
  readonly cameras?: Readonly<Record<string, CameraEntry>>;
  /**
   * What cameras may reach that are made over the API, and URLs in chat completions of an administrator. Default: public
   * addresses only. At home cameras are private: then `{ allowPrivate: true }`, or their names and networks in
   * `allowCameraHosts`.
   */
  readonly cameraNetwork?: Pick<NetworkPolicy, "allowPrivate" | "allowCameraHosts">;
  /** Alerts in words, by name. Default: none. */
  readonly alerts?: Readonly<Record<string, AlertRule>>;
  /** Called when alerts have come or gone; the first time before any camera is opened. */
  readonly onAlerts?: (alerts: ServerAlerts) => void;
  /** Where pictures of events are kept beside those of the history and of alerts. Default: nowhere. */
  readonly pictures?: readonly EventPictures[];
  /**
   * Folder in which the cameras and alerts are kept that are made over the API, so that they are there after a restart. Default:
   * none, and they are gone with the server.
   */
  readonly stateDir?: string;
  /** How much the server takes; each limit has a default, see `Limits`. */
  readonly limits?: Partial<Limits>;
  /** Folder of the built sample page. Default: the one that comes with this package. */
  readonly clientDir?: string;
  /** Folder with clips for the sample page, served under /sample/. Default: none. */
  readonly sampleDir?: string;
  /** Web origins, such as `https://cameras.example`, that may connect in addition to its own page; `*` for all. */
  readonly allowedOrigins?: readonly string[];
  /**
   * Host names, such as `cameras.example`, under which a reverse proxy in front of the server is reached. Pages with
   * such a name count as the server's own.
   */
  readonly allowedHosts?: readonly string[];
  /**
   * File of the tokens that clients need. Without it, everybody who can reach the server may use it. It refuses to start so
   * where others than this machine can reach it: on another address than loopback, or with `allowedHosts`.
   */
  readonly tokens?: string;
  /** Starts without tokens although others can reach the server. */
  readonly insecure?: boolean;
  /** Makes the server speak TLS: `https:` and `wss:`. */
  readonly tls?: CertificateFiles;
  /** Hear of each stream that is opened: history, sinks and the like. Default: none. */
  readonly listeners?: readonly StreamListener[];
  /**
   * What cameras have seen and thought: /v1/history, and where their streams go on after a restart. It belongs to the
   * caller, who closes it after the server. Its `listener` must be among the listeners. Default: none.
   */
  readonly history?: History;
  /** Whether there are metrics for Prometheus at /metrics. Default true. */
  readonly metrics?: boolean;
  /** What sinks have counted, by their names, for the metrics. Default: there are none. */
  readonly sinkCounts?: () => Readonly<Record<string, SinkCounts>>;
  /** A pino logger. Default: none, nothing is logged. */
  readonly log?: Logger;
}

/** The cameras of a running server. */
export interface ServerCameras {
  /** All cameras, those that were made over the API too. */
  list(): ListedCamera[];
  /**
   * Takes cameras in place of those that were given before. What is the same goes on as it is; those that were made over
   * the API stay.
   *
   * @throws {CameraProblems} with all that is wrong; then nothing has changed
   */
  load(cameras: Cameras): Promise<RosterChange>;
}

/** The alerts of a running server. */
export interface ServerAlerts {
  readonly figures: AlertFigures;
  /** The newest pictures of alerts. */
  readonly pictures: EventPictures;
  /** The names of those that watch a stream. */
  namesFor(stream: ListenedStream): readonly string[];
  /** All alerts, those that were made over the API too. */
  list(): ListedAlert[];
  /** @throws {AlertProblems} with all that is wrong with rules; none is taken */
  check(alerts: AlertRules): void;
  /**
   * Takes alerts in place of those that were given before. What is the same goes on as it is; those that were made over
   * the API stay.
   *
   * @throws {AlertProblems} with all that is wrong; then nothing has changed
   */
  load(alerts: AlertRules): Promise<AlertsChange>;
}

/** A running server. */
export interface Server {
  /** Its address, such as `http://127.0.0.1:8080`. */
  readonly url: string;
  /** The cameras that it watches by itself. */
  readonly cameras: ServerCameras;
  /** The alerts that watch its streams. */
  readonly alerts: ServerAlerts;
  /**
   * Reads the tokens and the certificate again. Sessions whose token was withdrawn or allows other things now are ended
   * with 4401 or 4403. What cannot be read stays as it was.
   *
   * @throws {ServerError} `tokens_unreadable`, `tokens_invalid`, `tls_unreadable` or `tls_invalid`
   */
  reload(): Promise<void>;
  /**
   * Announces the shutdown to all sessions, gives them `limits.shutdownMs`, ends them and stops. A connection that does
   * not close by itself is cut off a second later. Safe to call twice.
   */
  close(): Promise<void>;
}

/**
 * Starts a server: the WebSocket at /v1/stream, the HTTP API of streams at /v1/streams and of alerts at /v1/alerts, what
 * clients of OpenAI's API ask for (/v1/models, /v1/chat/completions, /v1/realtime), the sample page, /metrics, /healthz and
 * /readyz.
 *
 * @throws {CameraProblems} when a camera cannot be as it is given; {AlertProblems} when an alert cannot
 * @throws {ServerError} `open_to_the_network`; `tokens_unreadable`, `tokens_invalid`, `tls_unreadable` or `tls_invalid`;
 *   `port_in_use`, `address_unavailable` or `listen_failed`
 * @throws {z.ZodError} for a limit that is out of its range or unknown
 * @example
 * const server = await createServer({ engine, port: 8080 });
 * console.log(`open ${server.url}`);
 */
export async function createServer(options: ServerOptions): Promise<Server> {
  const { engine, host = "127.0.0.1", port = 8080, log = pino({ level: "silent" }) } = options;
  const { history = null } = options;
  const limits = readLimits(options.limits);
  requireGuard(options);
  const tokens = options.tokens === undefined ? null : await TokenStore.read(options.tokens);
  const certificate = options.tls === undefined ? null : await Certificate.read(options.tls);
  warnOf(tokens, log);
  const access = {
    loopback: isLoopback(host),
    tls: certificate !== null,
    allowedOrigins: options.allowedOrigins ?? [],
    allowedHosts: options.allowedHosts ?? [],
  };
  const traffic = new Traffic();
  // Loaded only where they are wanted, because they bring a library of their own.
  const metrics =
    options.metrics === false ? null : (await import("./metrics/metrics.ts")).startMetrics(engine.model.id);
  const questions = new SharedQuestions(limits.maxQuestionsPerSecond);
  const { stateDir } = options;
  const alerts = new Alerts({
    model: engine.model,
    limits,
    state: stateDir === undefined ? null : alertState(stateDir),
    spend: (stream) => questions.of(stream).spend(),
    onTrouble: (alert, message) => log.warn({ alert }, message),
    onChange: () => options.onAlerts?.(alerts),
    onFault: (err) => log.error({ err }, "an alert failed"),
  });
  const givenAlerts = new Map(Object.entries(options.alerts ?? {}));
  alerts.check(givenAlerts);
  const streams = new StreamRegistry({
    engine,
    limits,
    maxStreams: limits.maxSessions,
    maxCameras: limits.maxCameras,
    isCamera: (name) => cameras.get(name) !== undefined,
    past: (name) => history?.past(name) ?? null,
    listeners: [
      ...[streamLog(log), ...(metrics ? [metrics.listener] : [])],
      ...[...(options.listeners ?? []), alerts.listener],
    ],
    onFault: (err, what, stream) => log.error({ err, ...idsOf(stream) }, what),
  });
  const cameras = new CameraRoster({
    streams,
    network: options.cameraNetwork ?? {},
    state: stateDir === undefined ? null : cameraState(stateDir),
    onTrouble: (camera, message) =>
      log.warn(camera === null ? {} : idsOf({ id: camera, kind: "camera" }), message),
    onFault: (err, camera) => log.error({ err, ...idsOf({ id: camera, kind: "camera" }) }, "a camera failed"),
  });
  const readers = new EventReaders(limits);
  const authenticator = new Authenticator({ tokens, access, limits, log });
  const sockets = new StreamSockets({ streams, limits, access, authenticator, questions, log, traffic });
  const answers = new Answers({
    engine,
    resources: { streams, cameras, questions, limits },
    network: options.cameraNetwork ?? {},
    onFault: (err, what) => log.error({ err }, what),
  });
  const realtime = new RealtimeSockets({ answers, access, authenticator, log, traffic });
  const readiness = () =>
    readinessOf({
      engine: engine.health,
      sessions: streams.size,
      isFull: sockets.isFull,
      isClosing: sockets.isClosing,
    });
  const app = createHttpApp({
    engine,
    access,
    authenticator,
    log,
    resources: {
      ...{ streams, cameras, readers, questions, limits },
      watchersOf: (id) => sockets.watchersOf(id) + readers.of(id),
      history,
    },
    answers,
    alerts,
    pictures: [...(history === null ? [] : [history]), ...(options.pictures ?? []), alerts.pictures],
    clientDir: options.clientDir ?? fileURLToPath(new URL("../../dist/client", import.meta.url)),
    sampleDir: options.sampleDir ?? null,
    readiness,
    metrics: metrics && ((isOpenMetrics) => metrics.render(isOpenMetrics)),
    traffic,
  });
  const timeouts = {
    headersTimeout: limits.handshakeTimeoutMs,
    requestTimeout: limits.handshakeTimeoutMs,
    connectionsCheckingInterval: Math.max(100, limits.handshakeTimeoutMs / 4),
  };
  const listener = getRequestListener(app.fetch);
  const https =
    certificate &&
    createHttpsServer(
      { ...timeouts, handshakeTimeout: limits.handshakeTimeoutMs, ...certificate.pems },
      listener,
    );
  const http: HttpServer = https ?? createHttpServer(timeouts, listener);
  const connections = new Connections(http);
  metrics?.read({
    ...{
      engine,
      streams,
      cameras,
      alerts,
      history,
      sockets,
      realtime,
      answers,
      readers,
      connections,
      traffic,
    },
    isReady: () => readiness().reasons.length === 0,
    sinks: options.sinkCounts ?? (() => ({})),
  });
  http.on("upgrade", (request, socket, head) => {
    if (!asksForWebSocket(request)) answerWithoutUpgrade(http, request, socket);
    else if (pathOf(request) === REALTIME_PATH) realtime.upgrade(request, socket, head);
    else sockets.upgrade(request, socket, head);
  });

  const closeStreams = async () => {
    await Promise.all([sockets.close(), realtime.close(), readers.close(), cameras.close(limits.shutdownMs)]);
    await alerts.close();
    metrics?.close();
  };
  try {
    http.listen(port, host);
    await once(http, "listening");
  } catch (cause) {
    await closeStreams();
    throw ServerError.ofListen(cause as NodeJS.ErrnoException, host, port);
  }
  try {
    // Alerts first, because they watch the cameras. All are asked for before the first request, which may ask for a change.
    await Promise.all([alerts.load(givenAlerts), alerts.restore()]);
    await Promise.all([cameras.load(new Map(Object.entries(options.cameras ?? {}))), cameras.restore()]);
  } catch (error) {
    await closeStreams();
    connections.cutOff();
    http.close();
    throw error;
  }
  const url = urlOf(http.address() as AddressInfo, host, access.tls);
  log.info({ url, model: engine.model.id }, "listening");

  const reload = async () => {
    const read = await Promise.allSettled([tokens?.reload(), certificate?.reload()]);
    if (certificate) https?.setSecureContext(certificate.pems);
    warnOf(tokens, log);
    sockets.endLost();
    realtime.endLost();
    readers.endLost();
    const failed = read.find((each) => each.status === "rejected");
    if (failed) throw failed.reason;
    log.info("tokens and certificate were read again");
  };
  let closed: Promise<void> | null = null;
  const close = async () => {
    const stopped = new Promise<void>((resolve) => http.close(() => resolve()));
    await closeStreams();
    connections.cutOff();
    await stopped;
    log.info({ url }, "closed");
  };
  return {
    url,
    cameras,
    alerts,
    reload,
    close: () => {
      closed ??= close();
      return closed;
    },
  };
}

/** An address that a browser can open, which wildcard addresses are not. */
function urlOf({ family, port }: AddressInfo, host: string, tls: boolean): string {
  const scheme = tls ? "https" : "http";
  if (host === "0.0.0.0" || host === "::") return `${scheme}://localhost:${port}`;
  return `${scheme}://${family === "IPv6" && host.includes(":") ? `[${host}]` : host}:${port}`;
}

function warnOf(tokens: TokenStore | null, log: Logger): void {
  if (tokens === null) return;
  if (tokens.isOpenToOthers)
    log.warn(`Other users of this machine may read or write ${tokens.path}. Run: chmod 600 ${tokens.path}`);
  if (tokens.size === 0) log.warn(`There is no token in ${tokens.path}, so nobody can use the server.`);
}
