import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { getRequestListener } from "@hono/node-server";
import { type Logger, pino } from "pino";
import type { Engine } from "../engine/mod.ts";
import { StreamRegistry } from "../streams/mod.ts";
import { isLoopback } from "./access.ts";
import { ServerError } from "./errors.ts";
import { createHttpApp } from "./http/app.ts";
import { type Limits, readLimits } from "./limits.ts";
import { StreamSockets } from "./ws/stream-sockets.ts";

/** How a server is set up; everything but the engine has a default. */
export interface ServerOptions {
  /** Owned by the caller: it outlives the server and is closed after it. */
  readonly engine: Engine;
  /** Address to listen on; default 127.0.0.1, reachable from this machine only. */
  readonly host?: string;
  /** Default 8080; 0: any that is free. */
  readonly port?: number;
  readonly limits?: Partial<Limits>;
  /** The built sample page; default dist/client. */
  readonly clientDir?: string;
  /** A folder with clips for the sample page, served below /sample/; default: none. */
  readonly sampleDir?: string;
  /** Web origins that may use it beside its own page, such as `https://cameras.example`; `*` for all. */
  readonly allowedOrigins?: readonly string[];
  /** Names of this server beside the loopback ones, when a proxy in front of a loopback server keeps them. */
  readonly allowedHosts?: readonly string[];
  readonly log?: Logger;
}

/** A server that listens. */
export interface Server {
  /** Where it is, such as `http://127.0.0.1:8080`. */
  readonly url: string;
  /** Tells the sessions, gives them `limits.shutdownMs`, ends them and stops listening. Safe to call twice. */
  close(): Promise<void>;
}

/**
 * Starts the server: the WebSocket at /v1/stream, the sample page, /v1/models, /healthz and /readyz.
 *
 * @throws {ServerError} `port_in_use`, `address_unavailable` or `listen_failed`
 * @throws {z.ZodError} for a limit that is out of its bounds
 * @example
 * const server = await createServer({ engine, port: 8080 });
 * console.log(`open ${server.url}`);
 */
export async function createServer(options: ServerOptions): Promise<Server> {
  const { engine, host = "127.0.0.1", port = 8080, log = pino({ level: "silent" }) } = options;
  const limits = readLimits(options.limits);
  const access = {
    loopback: isLoopback(host),
    allowedOrigins: options.allowedOrigins ?? [],
    allowedHosts: options.allowedHosts ?? [],
  };
  const streams = new StreamRegistry({
    engine,
    limits,
    maxStreams: limits.maxSessions,
    onFault: (err, what) => log.error({ err }, what),
  });
  const sockets = new StreamSockets(streams, limits, access, log);
  const app = createHttpApp({
    engine,
    access,
    clientDir: options.clientDir ?? fileURLToPath(new URL("../../dist/client", import.meta.url)),
    sampleDir: options.sampleDir ?? null,
    readiness: () => ({ sessions: streams.size, full: streams.isFull, closing: sockets.isClosing }),
  });
  const http = createHttpServer(
    {
      headersTimeout: limits.handshakeTimeoutMs,
      requestTimeout: limits.handshakeTimeoutMs,
      connectionsCheckingInterval: Math.max(100, limits.handshakeTimeoutMs / 4),
    },
    getRequestListener(app.fetch),
  );
  http.on("upgrade", (request, socket, head) => sockets.upgrade(request, socket, head));

  try {
    http.listen(port, host);
    await once(http, "listening");
  } catch (cause) {
    await sockets.close();
    throw ServerError.ofListen(cause as NodeJS.ErrnoException, host, port);
  }
  const url = urlOf(http.address() as AddressInfo, host);
  log.info({ url, model: engine.model.id }, "listening");

  let closed: Promise<void> | null = null;
  const close = async () => {
    const stopped = new Promise<void>((resolve) => http.close(() => resolve()));
    await sockets.close();
    http.closeAllConnections();
    await stopped;
    log.info({ url }, "closed");
  };
  return {
    url,
    close: () => {
      closed ??= close();
      return closed;
    },
  };
}

/** A name that a browser can open: the wildcard addresses are not. */
function urlOf({ family, port }: AddressInfo, host: string): string {
  if (host === "0.0.0.0" || host === "::") return `http://localhost:${port}`;
  return `http://${family === "IPv6" && host.includes(":") ? `[${host}]` : host}:${port}`;
}
