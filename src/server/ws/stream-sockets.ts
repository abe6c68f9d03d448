import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { Logger } from "pino";
import { type WebSocket, WebSocketServer } from "ws";
import { MAX_TEXT_CHARS } from "../../protocol/mod.ts";
import type { StreamRegistry } from "../../streams/mod.ts";
import type { AccessRules } from "../access.ts";
import type { Authenticator } from "../auth/authenticator.ts";
import type { Client } from "../auth/client.ts";
import type { Limits } from "../limits.ts";
import type { SharedQuestions } from "../question-budget.ts";
import { idsOf } from "../stream-ids.ts";
import type { Traffic } from "../traffic.ts";
import { admit } from "./admission.ts";
import { startHeartbeat } from "./heartbeat.ts";
import { asRefusal, refuseSocket } from "./refuse-socket.ts";
import { ResumableSessions } from "./resumable-sessions.ts";
import type { Seat } from "./seat.ts";
import { type ServedSocket, serveSocket } from "./serve-socket.ts";
import { Turns } from "./turns.ts";
import { refuseUpgrade } from "./upgrade.ts";
import { Watchers } from "./watchers.ts";
import { readWish, type Wish } from "./wish.ts";

/** How long clients may take to answer the closing handshake when the server shuts down (ms). */
const LAST_HANDSHAKE_MS = 1_000;

/** Most pieces of one message. The largest picture in pieces of 16 KiB has as many. */
const MOST_PIECES = 512;

/** So many events that a client gets from the log take as long as opening a socket. */
const EVENTS_OF_A_TURN = 300;

export interface StreamSocketsOptions {
  readonly streams: StreamRegistry;
  readonly limits: Limits;
  readonly access: AccessRules;
  readonly authenticator: Authenticator;
  readonly questions: SharedQuestions;
  readonly log: Logger;
  /** Counts what comes and what is refused. */
  readonly traffic: Traffic;
}

/** The WebSocket side of the server: upgrades, heartbeats and the open sessions. */
export class StreamSockets {
  private readonly streams: StreamRegistry;
  private readonly limits: Limits;
  private readonly access: AccessRules;
  private readonly authenticator: Authenticator;
  private readonly log: Logger;
  private readonly traffic: Traffic;
  private readonly server: WebSocketServer;
  private readonly served = new Map<WebSocket, ServedSocket>();
  private readonly sessions: ResumableSessions;
  private readonly watchers: Watchers;
  private readonly turns: Turns;
  private readonly heartbeat: NodeJS.Timeout;
  private closing = false;

  constructor({ streams, limits, access, authenticator, questions, log, traffic }: StreamSocketsOptions) {
    this.streams = streams;
    this.limits = limits;
    this.access = access;
    this.authenticator = authenticator;
    this.log = log;
    this.traffic = traffic;
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
    this.sessions = new ResumableSessions(streams, limits, log, traffic);
    this.watchers = new Watchers(streams, limits, questions, log, traffic);
    this.heartbeat = startHeartbeat(this.server.clients, this.served, limits.heartbeatMs, () =>
      this.endLost(),
    );
  }

  /** Whether no other session can be opened. */
  get isFull(): boolean {
    return this.sessions.isFull;
  }

  /** How many sessions wait for their clients. */
  get away(): number {
    return this.sessions.away;
  }

  /** How many clients watch over WebSockets, of all streams. */
  get watching(): number {
    return this.watchers.size;
  }

  /** How many clients watch a stream. */
  watchersOf(id: string): number {
    return this.watchers.of(id);
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
          this.server.handleUpgrade(request, socket, head, (webSocket) =>
            this.accept(webSocket, request.url ?? "", admitted),
          );
      });
    } else {
      const { origin, host } = request.headers;
      this.log.warn({ code: admitted.code, origin, host }, admitted.message);
      this.traffic.refused("upgrade", admitted.code);
      refuseUpgrade(socket, admitted);
    }
  }

  /**
   * Announces the shutdown to every session, gives it `shutdownMs` to finish, ends it, and waits for its socket to
   * close. Sockets that are still open a second later are cut off. Sessions that wait for their clients end at once.
   */
  async close(): Promise<void> {
    this.closing = true;
    this.sessions.close();
    const closed = Promise.all([...this.server.clients].map(untilClosed));
    for (const { seat } of this.served.values()) seat.session.goAway(this.limits.shutdownMs);
    const { shutdownMs } = this.limits;
    const timeIsUp = setTimeout(() => {
      for (const { seat } of this.served.values()) seat.session.end("going_away");
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

  /**
   * Ends the sessions of clients whose token has expired, was withdrawn or allows other things now, those included that
   * watch, or that are away.
   */
  endLost(): void {
    this.sessions.endLost();
    for (const { seat } of this.served.values()) {
      const lost = seat.session.client.lost();
      if (lost !== null) seat.session.end(lost.code === "forbidden" ? "forbidden" : "unauthorized", lost);
    }
  }

  private accept(socket: WebSocket, url: string, client: Client): void {
    let wish: Wish;
    let seat: Seat;
    try {
      wish = readWish(url);
      seat = this.seatFor(wish, client);
    } catch (error) {
      const refusal = asRefusal(error);
      this.log.info({ code: refusal.code, token: client.grant.name }, "a socket was refused");
      this.traffic.refused("socket", refusal.code);
      refuseSocket(socket, refusal, this.limits, this.log);
      return;
    }
    const after = wish.kind === "open" ? null : wish.after;
    socket.once("close", () => this.served.delete(socket));
    this.log.info(
      {
        ...idsOf(seat.session.stream),
        wish: wish.kind,
        token: client.grant.name,
        sessions: this.streams.size,
      },
      "client connected",
    );
    const { limits, log, traffic } = this;
    const served = serveSocket(socket, { seat, after, limits, log, traffic });
    this.served.set(socket, served);
    this.turns.spend(served.replayed / EVENTS_OF_A_TURN);
  }

  /** @throws {ProtocolError} when there is no such seat for it */
  private seatFor(wish: Wish, client: Client): Seat {
    switch (wish.kind) {
      case "open":
        return this.sessions.open(client, wish.name);
      case "resume":
        return this.sessions.resume(wish.token, client);
      case "watch":
        return this.watchers.watch(wish.stream, client);
    }
  }
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
