import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { Logger } from "pino";
import { type WebSocket, WebSocketServer } from "ws";
import { type AccessRules, refusal } from "../../access.ts";
import type { Authenticator } from "../../auth/authenticator.ts";
import type { Client } from "../../auth/client.ts";
import { HttpProblem } from "../../http/http-problem.ts";
import { isRefusal } from "../../refusal.ts";
import type { Traffic } from "../../traffic.ts";
import { toUpgradeRefusal } from "../../ws/admission.ts";
import { startHeartbeat } from "../../ws/heartbeat.ts";
import { MessageBudget, MessageGate } from "../../ws/message-gate.ts";
import { PatientTimer } from "../../ws/patient-timer.ts";
import { closeSocket } from "../../ws/serve-socket.ts";
import { Turns } from "../../ws/turns.ts";
import { refuseUpgrade, type UpgradeRefusal } from "../../ws/upgrade.ts";
import type { Answers } from "../answers.ts";
import { requireModel, streamOf } from "../asking.ts";
import { REALTIME_PATH } from "./path.ts";
import { RealtimeSession } from "./session.ts";

/** What a message has beside the conversation in it (bytes). */
const MORE_BYTES = 64 * 1024;

/** Most pieces of one message. */
const MOST_PIECES = 1024;

/** So many characters cost as much of the budget of messages as one short message. */
const CHARS_OF_A_MESSAGE = 64 * 1024;

export interface RealtimeSocketsOptions {
  readonly answers: Answers;
  readonly access: AccessRules;
  readonly authenticator: Authenticator;
  readonly log: Logger;
  /** Counts what comes and what is refused. */
  readonly traffic: Traffic;
}

/** A socket with its session. */
interface Served {
  readonly session: RealtimeSession;
  readonly client: Client;
  readonly gate: MessageGate;
  /** The client does not read, or answers no pings. */
  slow(message: string): void;
}

/** Who is let in, and the model that was asked for. */
interface Admitted {
  readonly client: Client;
  readonly model: string;
}

/** The WebSockets of `/v1/realtime`: upgrades, heartbeats and the clients that are connected. */
export class RealtimeSockets {
  private readonly server: WebSocketServer;
  private readonly served = new Map<WebSocket, Served>();
  private readonly turns: Turns;
  private readonly heartbeat: NodeJS.Timeout;
  private isClosing = false;

  constructor(private readonly options: RealtimeSocketsOptions) {
    const { limits } = options.answers;
    this.server = new WebSocketServer({
      noServer: true,
      perMessageDeflate: false,
      maxPayload: limits.maxCompletionBytes + MORE_BYTES,
      maxFragments: MOST_PIECES,
      allowSynchronousEvents: false,
      // The gate answers pings, within its budget.
      autoPong: false,
    });
    this.turns = new Turns(limits.maxConnectionsPerSecond);
    this.heartbeat = startHeartbeat(this.server.clients, this.served, limits.heartbeatMs, () =>
      this.endLost(),
    );
  }

  /** Answers one HTTP upgrade request. A refused one gets an HTTP status and the reason as text. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { log } = this.options;
    socket.on("error", (err) => log.debug({ err }, "connection failed during its upgrade"));
    const admitted = this.admit(request);
    if ("status" in admitted) {
      const { origin, host } = request.headers;
      log.warn({ code: admitted.code, origin, host }, admitted.message);
      this.refuse(socket, admitted);
      return;
    }
    this.turns.take(() => {
      const full = this.fullness();
      if (full !== null) this.refuse(socket, full);
      else if (!socket.destroyed)
        this.server.handleUpgrade(request, socket, head, (webSocket) => this.accept(webSocket, admitted));
    });
  }

  /** How many clients are connected. */
  get size(): number {
    return this.served.size;
  }

  /** Ends the sessions of clients whose token has expired, was withdrawn or allows other things now. */
  endLost(): void {
    const { limits } = this.options.answers;
    for (const [socket, { session, client }] of this.served) {
      const lost = client.lost();
      if (lost === null) continue;
      session.refuse(new HttpProblem(lost.code === "forbidden" ? 403 : 401, lost.code, lost.message));
      closeSocket(socket, lost.code === "forbidden" ? "forbidden" : "unauthorized", limits);
    }
  }

  /** Closes all sockets, and waits until they are closed. */
  async close(): Promise<void> {
    this.isClosing = true;
    clearInterval(this.heartbeat);
    const { limits } = this.options.answers;
    const closed = [...this.served.keys()].map(
      (socket) => new Promise<void>((resolve) => socket.once("close", () => resolve())),
    );
    for (const socket of this.served.keys()) closeSocket(socket, "going_away", limits);
    const cutOff = setTimeout(() => {
      for (const socket of this.server.clients) socket.terminate();
    }, LAST_HANDSHAKE_MS);
    await Promise.all(closed);
    clearTimeout(cutOff);
    this.server.close();
  }

  private refuse(socket: Duplex, refused: UpgradeRefusal): void {
    this.options.traffic.refused("upgrade", refused.code);
    refuseUpgrade(socket, refused);
  }

  /** A ticket is looked at last, because that uses it up. */
  private admit(request: IncomingMessage): Admitted | UpgradeRefusal {
    const { answers, access, authenticator } = this.options;
    const forbidden = refusal(request.headers, access);
    if (forbidden !== null) return { status: 403, code: "forbidden", message: forbidden };
    if (this.isClosing)
      return { status: 503, code: "closing", message: "The server is shutting down. Connect again later." };
    const client = authenticator.letIn(request, true);
    if (isRefusal(client)) return toUpgradeRefusal(client);
    try {
      const model = modelIn(request.url ?? "");
      requireModel(model, answers.model);
      answers.requireMay(client, streamOf(model));
      answers.requireThere(streamOf(model));
      return { client, model };
    } catch (error) {
      const { status, code, message } = answers.problemOf(error);
      return { status, code, message };
    }
  }

  /** Why no other client is let in; null: there is room. */
  private fullness(): UpgradeRefusal | null {
    const { maxRealtimeSessions } = this.options.answers.limits;
    if (this.served.size < maxRealtimeSessions) return null;
    const message = `${this.served.size} clients are connected to ${REALTIME_PATH}, and no other one may (limits.max_realtime_sessions). Try again later.`;
    return { status: 429, code: "too_many_sessions", message };
  }

  private accept(socket: WebSocket, { client, model }: Admitted): void {
    const { answers, traffic } = this.options;
    const { limits } = answers;
    const { allowance, grant } = client;
    let isSlow = false;
    const slow = (message: string) => {
      if (isSlow) return;
      isSlow = true;
      log.info(message);
      closeSocket(socket, "slow_reader", limits);
    };
    const send = (event: object) => {
      if (socket.readyState !== socket.OPEN || isSlow) return;
      socket.send(JSON.stringify(event));
      if (socket.bufferedAmount > limits.maxBufferedBytes)
        slow(`More than ${limits.maxBufferedBytes} bytes of events were waiting to be read.`);
    };
    const refused = (code: string) => {
      traffic.refused("message", code);
      log.debug({ code }, "a message was refused");
    };
    const session = new RealtimeSession({ answers, client, model, send, refused });
    const stream = streamOf(model);
    const log = this.options.log.child({
      ...{ realtime: session.id, token: grant.name },
      ...(stream !== null && { stream }),
    });
    const idle = new PatientTimer(limits.idleTimeoutMs, () => closeSocket(socket, "idle_timeout", limits));
    const receiver = {
      receive: (message: Buffer, isBinary: boolean) => {
        idle.refresh();
        traffic.received(message.length);
        if (isBinary) session.receiveBinary();
        else session.receive(message.toString("utf8"));
        return 1 + message.length / CHARS_OF_A_MESSAGE;
      },
      flooded: () => closeSocket(socket, "too_many_messages", limits),
    };
    const gate = new MessageGate(socket, limits, new MessageBudget(limits), receiver, allowance);
    this.served.set(socket, { session, client, gate, slow });
    // ws itself closes the socket when a message is not valid UTF-8 (1007) or larger than any may be (1009).
    socket.on("error", (err) => log.info({ err }, "socket failed"));
    socket.once("close", (code) => {
      log.info({ code }, "socket closed");
      this.served.delete(socket);
      idle.stop();
      session.close();
    });
    log.info({ model }, "realtime client connected");
    session.begin();
  }
}

/** How long clients may take to answer the closing handshake when the server shuts down (ms). */
const LAST_HANDSHAKE_MS = 1_000;

/** @throws {HttpProblem} 400 */
function modelIn(url: string): string {
  const at = url.indexOf("?");
  const model = new URLSearchParams(at < 0 ? "" : url.slice(at + 1)).get("model");
  if (model !== null && model !== "") return model;
  const message = `Name a model, or a live stream: ${REALTIME_PATH}?model=stream:door. GET /v1/models lists them.`;
  throw new HttpProblem(400, "invalid_value", message, "model");
}
