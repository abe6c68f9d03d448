import { type Logger, pino } from "pino";
import { isLoopback } from "./access.ts";
import { TokenStore } from "./auth/token-store.ts";
import { requireGuard } from "./exposure.ts";
import { HttpServer } from "./http-server.ts";
import { readLimits } from "./limits.ts";
import { createParts } from "./parts.ts";
import type { Server } from "./server.ts";
import type { ServerOptions } from "./server-options.ts";
import { Certificate } from "./tls/certificate.ts";

/**
 * Starts a server: the WebSocket at /v1/stream, the HTTP API of streams at /v1/streams and of alerts at /v1/alerts, what
 * clients of OpenAI's API ask for (/v1/models, /v1/chat/completions, /v1/realtime), the page, /metrics, /healthz and
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
  const parts = await createParts(options, { limits, access, tokens, log });
  const { alerts, cameras } = parts;
  const given = {
    alerts: new Map(Object.entries(options.alerts ?? {})),
    cameras: new Map(Object.entries(options.cameras ?? {})),
  };
  const http = new HttpServer(parts, limits, certificate);
  parts.metrics?.read({
    ...parts,
    connections: http.connections,
    isReady: () => parts.readiness().reasons.length === 0,
    sinks: options.sinkCounts ?? (() => ({})),
  });
  let url: string;
  try {
    // Before the cameras that they watch, and before the first request, which may ask for a change.
    await Promise.all([alerts.load(given.alerts), alerts.restore()]);
    url = await http.listen(host, port);
  } catch (error) {
    await parts.close();
    throw error;
  }
  try {
    // Both are asked for before the first request, which may ask for a change.
    await Promise.all([cameras.load(given.cameras), cameras.restore()]);
  } catch (error) {
    await http.close(parts.close);
    throw error;
  }
  log.info({ url, model: engine.model.id }, "listening");

  const reload = async () => {
    const read = await Promise.allSettled([tokens?.reload(), certificate?.reload()]);
    http.renewCertificate();
    warnOf(tokens, log);
    parts.endLost();
    const failed = read.find((each) => each.status === "rejected");
    if (failed) throw failed.reason;
    log.info("tokens and certificate were read again");
  };
  let closed: Promise<void> | null = null;
  const close = async () => {
    await http.close(parts.close);
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

function warnOf(tokens: TokenStore | null, log: Logger): void {
  if (tokens === null) return;
  if (tokens.isOpenToOthers)
    log.warn(`Other users of this machine may read or write ${tokens.path}. Run: chmod 600 ${tokens.path}`);
  if (tokens.size === 0) log.warn(`There is no token in ${tokens.path}, so nobody can use the server.`);
}
