import { type IncomingMessage, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import type { Logger } from "pino";
import { type WebSocket, WebSocketServer } from "ws";
import type { Engine } from "../engine/types.ts";
import { encodeServerEvent, errorEvent, FRAME_HEADER_BYTES } from "../protocol/mod.ts";
import { Session } from "../session/mod.ts";
import { type AccessRules, refusal } from "./access.ts";
import type { Limits } from "./limits.ts";
import { closeSocket, serveSocket } from "./serve-socket.ts";

export const STREAM_PATH = "/v1/stream";

/** Why an upgrade is not made, as HTTP says it. */
interface Refusal {
  readonly status: 403 | 404 | 503;
  readonly message: string;
}

/** The WebSocket side of the server: upgrades, who may come in, heartbeats, and the sessions under way. */
export class StreamSockets {
  private readonly engine: Engine;
  private readonly limits: Limits;
  private readonly access: AccessRules;
  private readonly log: Logger;
  private readonly server: WebSocketServer;
  private readonly bySocket = new Map<WebSocket, Session>();
  private readonly heartbeat: NodeJS.Timeout;
  private opened = 0;
  private closing = false;

  constructor(engine: Engine, limits: Limits, access: AccessRules, log: Logger) {
    this.engine = engine;
    this.limits = limits;
    this.access = access;
    this.log = log;
    this.server = new WebSocketServer({
      noServer: true,
      perMessageDeflate: false,
      maxPayload: limits.maxFrameBytes + FRAME_HEADER_BYTES,
    });
    this.heartbeat = this.startHeartbeat();
  }

  /** Sessions under way. */
  get sessions(): number {
    return this.bySocket.size;
  }

  get isFull(): boolean {
    return this.bySocket.size >= this.limits.maxSessions;
  }

  get isClosing(): boolean {
    return this.closing;
  }

  /** Answers one HTTP upgrade; a refused one gets an HTTP status and the reason as text. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on("error", (err) => this.log.debug({ err }, "connection failed during its upgrade"));
    const refused = this.refusal(request);
    if (refused === null) {
      this.server.handleUpgrade(request, socket, head, (webSocket) => this.accept(webSocket));
    } else {
      this.log.warn({ origin: request.headers.origin, host: request.headers.host }, refused.message);
      refuse(socket, refused);
    }
  }

  /** Tells every session, gives it `shutdownMs` to finish, ends it, and waits until its socket is closed. */
  async close(): Promise<void> {
    this.closing = true;
    const closed = Promise.all([...this.server.clients].map(untilClosed));
    for (const session of this.bySocket.values()) session.goAway(this.limits.shutdownMs);
    const timeIsUp = setTimeout(() => {
      for (const session of this.bySocket.values()) session.end("going_away");
    }, this.limits.shutdownMs);
    await closed;
    clearTimeout(timeIsUp);
    clearInterval(this.heartbeat);
    this.server.close();
  }

  private refusal(request: IncomingMessage): Refusal | null {
    const path = (request.url ?? "").split("?", 1)[0];
    if (path !== STREAM_PATH) return { status: 404, message: `the WebSocket is at ${STREAM_PATH}` };
    const forbidden = refusal(request.headers, this.access);
    if (forbidden) return { status: 403, message: forbidden };
    return this.closing ? { status: 503, message: "the server is shutting down" } : null;
  }

  private accept(socket: WebSocket): void {
    if (this.isFull) {
      const message = `all ${this.limits.maxSessions} sessions of this server are taken: try again later`;
      socket.on("error", (err) => this.log.debug({ err }, "refused socket failed"));
      socket.send(encodeServerEvent(errorEvent("event_0", { code: "too_many_sessions", message })));
      closeSocket(socket, "too_many_sessions", this.limits);
      return;
    }
    const id = `session_${this.opened++}`;
    const session = new Session({ id, engine: this.engine, limits: this.limits, log: this.log });
    this.bySocket.set(socket, session);
    socket.once("close", () => this.bySocket.delete(socket));
    this.log.info({ session: id, sessions: this.sessions }, "session opened");
    serveSocket(socket, session, this.limits, this.log);
  }

  /** Cuts off every socket that has not answered the ping before this one: its machine or network is gone. */
  private startHeartbeat(): NodeJS.Timeout {
    const waitingFor = new WeakSet<WebSocket>();
    const beat = () => {
      for (const socket of this.server.clients) {
        if (waitingFor.has(socket)) {
          socket.terminate();
        } else {
          waitingFor.add(socket);
          socket.once("pong", () => waitingFor.delete(socket));
          socket.ping();
        }
      }
    };
    return setInterval(beat, this.limits.heartbeatMs).unref();
  }
}

function untilClosed(socket: WebSocket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.readyState === socket.CLOSED) resolve();
    else socket.once("close", () => resolve());
  });
}

function refuse(socket: Duplex, { status, message }: Refusal): void {
  socket.end(
    [
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
      "Connection: close",
      "Content-Type: text/plain; charset=utf-8",
      `Content-Length: ${Buffer.byteLength(message)}`,
      "",
      message,
    ].join("\r\n"),
  );
}
