import type { Server } from "node:http";
import type { Socket } from "node:net";

/** How long an HTTP connection may stand still while it is answered, until it is cut off (ms). */
const STALLED_MS = 30_000;

/**
 * Every TCP connection of an HTTP server, until it is closed. Node forgets a connection once its upgrade was asked for,
 * whether or not that was refused. But the server cannot stop before the last connection is gone.
 *
 * What limits the time of a connection: the server's `headersTimeout` and `requestTimeout` until its request has come,
 * `STALLED_MS` while it is answered, `refuseUpgrade` when its upgrade was refused, and pings when it is a WebSocket.
 */
export class Connections {
  private readonly open = new Set<Socket>();

  /** @param stalledMs how long a connection may stand still while it is answered */
  constructor(http: Server, stalledMs = STALLED_MS) {
    // ws lifts this from its sockets.
    http.timeout = stalledMs;
    http.on("connection", (socket: Socket) => {
      this.open.add(socket);
      cutOffStalled(socket);
      socket.once("close", () => this.open.delete(socket));
    });
    // With TLS it is not the connection itself that has the time limit, but what is read through it.
    http.on("secureConnection", cutOffStalled);
  }

  /** Number of open connections. */
  get size(): number {
    return this.open.size;
  }

  /** Cuts all of them off at once. */
  cutOff(): void {
    for (const socket of this.open) socket.destroy();
  }
}

/** Node's own listener goes with the connection's first upgrade. */
function cutOffStalled(socket: Socket): void {
  socket.on("timeout", () => socket.destroy());
}
