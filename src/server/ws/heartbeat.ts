import type { WebSocket } from "ws";
import { STOOD_STILL_MS } from "./patient-timer.ts";
import type { ServedSocket } from "./serve-socket.ts";

/**
 * Pings every socket. Gives up those that have not answered the ping before: the client has stopped reading, or its machine
 * or network is gone. One that goes on later finds out why it was closed. Where the server itself has not read all that
 * came, or has stood still, it waits.
 *
 * @param sockets all open sockets
 * @param served those that have a seat
 * @param everyMs time between pings (ms)
 * @param onBeat called before each round of pings
 */
export function startHeartbeat(
  sockets: ReadonlySet<WebSocket>,
  served: ReadonlyMap<WebSocket, Pick<ServedSocket, "gate" | "slow">>,
  everyMs: number,
  onBeat: () => void,
): NodeJS.Timeout {
  const pingedAtMs = new WeakMap<WebSocket, number>();
  let dueMs = performance.now() + everyMs;
  const beat = () => {
    onBeat();
    const lateMs = performance.now() - dueMs;
    dueMs = performance.now() + everyMs;
    // Answers may be there that have not been read.
    if (lateMs > STOOD_STILL_MS) return;
    for (const socket of sockets) {
      if (socket.readyState !== socket.OPEN) continue;
      const sinceMs = pingedAtMs.get(socket);
      if (sinceMs !== undefined) {
        if (served.get(socket)?.gate.hasHeldSince(sinceMs)) continue;
        served
          .get(socket)
          ?.slow(`No ping was answered for ${everyMs} ms. Connect again, and read all the time.`);
      } else {
        pingedAtMs.set(socket, performance.now());
        socket.once("pong", () => pingedAtMs.delete(socket));
        socket.ping();
      }
    }
  };
  return setInterval(beat, everyMs).unref();
}
