import { once } from "node:events";
import { createServer, type Server as PlainServer } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { Connections } from "./connections.ts";
import { ServerError } from "./errors.ts";
import type { Limits } from "./limits.ts";
import { REALTIME_PATH } from "./openai/realtime/path.ts";
import type { Parts } from "./parts.ts";
import type { Certificate } from "./tls/certificate.ts";
import { answerWithoutUpgrade, asksForWebSocket, pathOf } from "./ws/upgrade.ts";

/** The port of a server: HTTP, or HTTPS where there is a certificate, and WebSockets on both. */
export class HttpServer {
  readonly connections: Connections;
  private readonly server: PlainServer;
  /** Takes the certificate as it is now. */
  readonly renewCertificate: () => void;

  constructor(
    { app, realtime, sockets }: Pick<Parts, "app" | "realtime" | "sockets">,
    { handshakeTimeoutMs }: Pick<Limits, "handshakeTimeoutMs">,
    private readonly certificate: Certificate | null,
  ) {
    const timeouts = {
      headersTimeout: handshakeTimeoutMs,
      requestTimeout: handshakeTimeoutMs,
      connectionsCheckingInterval: Math.max(100, handshakeTimeoutMs / 4),
    };
    const listener = getRequestListener(app.fetch);
    if (certificate === null) {
      this.server = createServer(timeouts, listener);
      this.renewCertificate = () => {};
    } else {
      const secure = createSecureServer(
        { ...timeouts, handshakeTimeout: handshakeTimeoutMs, ...certificate.pems },
        listener,
      );
      this.server = secure;
      this.renewCertificate = () => secure.setSecureContext(certificate.pems);
    }
    this.connections = new Connections(this.server);
    this.server.on("upgrade", (request, socket, head) => {
      if (!asksForWebSocket(request)) answerWithoutUpgrade(this.server, request, socket);
      else if (pathOf(request) === REALTIME_PATH) realtime.upgrade(request, socket, head);
      else sockets.upgrade(request, socket, head);
    });
  }

  /**
   * @returns its address
   * @throws {ServerError} `port_in_use`, `address_unavailable` or `listen_failed`
   */
  async listen(host: string, port: number): Promise<string> {
    try {
      this.server.listen(port, host);
      await once(this.server, "listening");
    } catch (cause) {
      throw ServerError.ofListen(cause as NodeJS.ErrnoException, host, port);
    }
    return urlOf(this.server.address() as AddressInfo, host, this.certificate !== null);
  }

  /**
   * Takes no more connections, and lets those that are open end.
   *
   * @param ended what ends them; those that are left then are cut off
   */
  async close(ended: () => Promise<void>): Promise<void> {
    const stopped = new Promise<void>((resolve) => this.server.close(() => resolve()));
    await ended();
    this.connections.cutOff();
    await stopped;
  }
}

/** An address that a browser can open, which wildcard addresses are not. */
function urlOf({ family, port }: AddressInfo, host: string, tls: boolean): string {
  const scheme = tls ? "https" : "http";
  if (host === "0.0.0.0" || host === "::") return `${scheme}://localhost:${port}`;
  return `${scheme}://${family === "IPv6" && host.includes(":") ? `[${host}]` : host}:${port}`;
}
