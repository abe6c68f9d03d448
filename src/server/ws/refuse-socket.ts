import type { Logger } from "pino";
import type { WebSocket } from "ws";
import {
  CLOSE_CODES,
  encodeServerEvent,
  errorEvent,
  numberEvent,
  ProtocolError,
  type RefusalCode,
} from "../../protocol/mod.ts";
import { toProblem } from "../../streams/mod.ts";
import { ANYBODY } from "../auth/client.ts";
import type { Limits } from "../limits.ts";
import { MessageBudget, MessageGate } from "./message-gate.ts";
import { closeSocket } from "./serve-socket.ts";

/** Why a socket gets no session, as its client is told. */
export interface Refusal {
  readonly code: RefusalCode;
  readonly error: ProtocolError;
}

/** Reads an error as a refusal. One that is none is thrown again: it is a fault of the server. */
export function asRefusal(error: unknown): Refusal {
  if (error instanceof ProtocolError && error.code in CLOSE_CODES)
    return { code: error.code as RefusalCode, error };
  throw error;
}

/**
 * Tells a client why it gets no session, and closes its socket. The socket was opened for that, because a page in a browser
 * cannot read the answer to an upgrade that is refused.
 */
export function refuseSocket(socket: WebSocket, { code, error }: Refusal, limits: Limits, log: Logger): void {
  socket.on("error", (err) => log.debug({ err }, "refused socket failed"));
  const receiver = { receive: () => 1, flooded: () => socket.terminate() };
  new MessageGate(socket, limits, new MessageBudget(limits), receiver, ANYBODY.allowance);
  socket.send(encodeServerEvent(numberEvent(0, errorEvent({ ...toProblem(error), fatal: true }))));
  closeSocket(socket, code, limits);
}
