import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { Logger } from "pino";
import { type WebSocket, WebSocketServer } from "ws";
import {
  encodeServerEvent,
  errorEvent,
  MAX_TEXT_CHARS,
  numberEvent,
  ProtocolError,
} from "../../protocol/mod.ts";
import { type StreamHandle, type StreamRegistry, toProblem } from "../../streams/mod.ts";
import type { AccessRules } from "../access.ts";
import type { Authenticator } from "../auth/authenticator.ts";
import { ANYBODY, type Client } from "../auth/client.ts";
import type { Limits } from "../limits.ts";
import { admit } from "./admission.ts";
import { MessageGate } from "./message-gate.ts";
import { closeSocket, serveSocket } from "./serve-socket.ts";
import { Session } from "./session.ts";
import { Turns } from "./turns.ts";
import { refuseUpgrade } from "./upgrade.ts";

/** How long clients may take to answer the closing handshake when the server shuts down (ms). */
const LAST_HANDSHAKE_MS = 1_000;

/** Most pieces of one message. The largest picture in pieces of 16 KiB has as many. */
const MOST_PIECES = 512;

interface Served {
  readonly session: Session;
  readonly client: Client;
  readonly gate: MessageGate;
}

/** The WebSocket side of the server: upgrades, heartbeats and the open sessions. */
export class StreamSockets {
  private readonly streams: StreamRegistry;
  private readonly limits: Limits;
  private readonly access: AccessRules;
  private readonly authenticator: Authenticator;
  private readonly log: Logger;
  private readonly server: WebSocketServer;
  private readonly served = new Map<WebSocket, Served>();
  private readonly turns: Turns;
  private readonly heartbeat: NodeJS.Timeout;
  private closing = false;

  constructor(
    streams: StreamRegistry,
    limits: Limits,
    access: AccessRules,
    authenticator: Authenticator,
    log: Logger,
  ) {
    this.streams = streams;
    this.limits = limits;
    this.access = access;
    this.authenticator = authenticator;
    this.log = log;
    this.server = new WebSocketServer({
      noServer: true,
      perMessageDeflate: false,
      maxPayload: largestMessage(limits),
      maxFragments: MOST_PIECES,
      // One message in each turn of the event loop, so that every connection gets its turn.
      allowSynchronousEvents: false,
      // The gate answers pings, within its budget.
      autoPong: false,
    });
    this.turns = new Turns(limits.maxConnectionsPerSecond);
    this.heartbeat = this.startHeartbeat();
  }

  get isClosing(): boolean {
    return this.closing;
  }

  /** Answers one HTTP upgrade request. A refused one gets an HTTP status and the reason as text. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on("error", (err) => this.log.debug({ err }, "connection failed during its upgrade"));
    const admitted = admit(request, this.access, this.authenticator, this.closing);
    if ("grant" in admitted) {
      this.turns.take(() => {
        if (!socket.destroyed)
          this.server.handleUpgrade(request, socket, head, (webSocket) => this.accept(webSocket, admitted));
      });
    } else {
      this.log.warn({ origin: request.headers.origin, host: request.headers.host }, admitted.message);
      refuseUpgrade(socket, admitted);
    }
  }

  /**
   * Announces the shutdown to every session, gives it `shutdownMs` to finish, ends it, and waits for its socket to
   * close. Sockets that are still open a second later are cut off.
   */
  async close(): Promise<void> {
    this.closing = true;
    const closed = Promise.all([...this.server.clients].map(untilClosed));
    for (const { session } of this.served.values()) session.goAway(this.limits.shutdownMs);
    const { shutdownMs } = this.limits;
    const timeIsUp = setTimeout(() => {
      for (const { session } of this.served.values()) session.end("going_away");
    }, shutdownMs);
    const cutOff = setTimeout(() => {
      for (const socket of this.server.clients) socket.terminate();
    }, shutdownMs + LAST_HANDSHAKE_MS);
    await closed;
    clearTimeout(timeIsUp);
    clearTimeout(cutOff);
    clearInterval(this.heartbeat);
    this.server.close();
  }

  /** Ends the sessions of clients whose token has expired, was withdrawn or allows other things now. */
  endLost(): void {
    for (const { session, client } of this.served.values()) {
      const lost = client.lost();
      if (lost !== null) session.end(lost.code === "forbidden" ? "forbidden" : "unauthorized", lost);
    }
  }

  private accept(socket: WebSocket, client: Client): void {
    const { grant, allowance } = client;
    const leave = allowance.enter();
    if (leave === null) {
      this.refuse(socket, tooManyOf(client));
      return;
    }
    const stream = this.openStream(socket);
    if (stream === null) {
      leave();
      return;
    }
    const { idleTimeoutMs, maxQuestionsPerSecond } = this.limits;
    const session = new Session({
      ...{ stream, grant, allowance, idleTimeoutMs, maxQuestionsPerSecond },
      log: this.log,
    });
    session.events$.subscribe({ complete: leave });
    socket.once("close", () => this.served.delete(socket));
    this.log.info({ session: session.id, token: grant.name, sessions: this.streams.size }, "session opened");
    const gate = serveSocket(socket, session, this.limits, allowance, this.log);
    this.served.set(socket, { session, client, gate });
  }

  /** Opens a stream for a socket. When there is no room, tells the client so, closes the socket and returns null. */
  private openStream(socket: WebSocket): StreamHandle | null {
    try {
      return this.streams.open();
    } catch (error) {
      if (!(error instanceof ProtocolError && error.code === "too_many_sessions")) throw error;
      this.refuse(socket, error);
      return null;
    }
  }

  /** Tells a client that there is no room for its session, and closes its socket. */
  private refuse(socket: WebSocket, error: ProtocolError): void {
    socket.on("error", (err) => this.log.debug({ err }, "refused socket failed"));
    const receiver = { receive: () => 1, flooded: () => socket.terminate() };
    new MessageGate(socket, this.limits, receiver, ANYBODY.allowance);
    socket.send(encodeServerEvent(numberEvent(0, errorEvent(toProblem(error)))));
    closeSocket(socket, "too_many_sessions", this.limits);
  }

  /**
   * Pings every socket. Closes those that have not answered the ping before: the client has stopped reading, or its
   * machine or network is gone. One that goes on later finds out why it was closed. Where the server itself has not
   * read all that came, it waits.
   */
  private startHeartbeat(): NodeJS.Timeout {
    const pingedAtMs = new WeakMap<WebSocket, number>();
    const beat = () => {
      this.endLost();
      for (const socket of this.server.clients) {
        if (socket.readyState !== socket.OPEN) continue;
        const served = this.served.get(socket);
        const sinceMs = pingedAtMs.get(socket);
        if (sinceMs !== undefined) {
          if (served?.gate.hasHeldSince(sinceMs)) continue;
          served?.session.end("slow_reader", {
            code: "slow_reader",
            message: `No ping was answered for ${this.limits.heartbeatMs} ms. Connect again, and read all the time.`,
          });
        } else {
          pingedAtMs.set(socket, performance.now());
          socket.once("pong", () => pingedAtMs.delete(socket));
          socket.ping();
        }
      }
    };
    return setInterval(beat, this.limits.heartbeatMs).unref();
  }
}

function tooManyOf({ grant }: Client): ProtocolError {
  return new ProtocolError(
    "too_many_sessions",
    `The token ${grant.name} has as many sessions as it may. End one, or try again later.`,
  );
}

/** Of a text message (bytes), which is the larger kind: it holds a picture in base64 and other text. */
function largestMessage({ maxFrameBytes }: Limits): number {
  return Math.ceil(maxFrameBytes / 3) * 4 + MAX_TEXT_CHARS;
}

function untilClosed(socket: WebSocket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.readyState === socket.CLOSED) resolve();
    else socket.once("close", () => resolve());
  });
}
