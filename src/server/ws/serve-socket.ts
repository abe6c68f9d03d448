import type { Logger } from "pino";
import type { WebSocket } from "ws";
import {
  CLOSE_CODES,
  type CloseReason,
  charsBesidePicture,
  encodeServerEvent,
  FRAME_HEADER_BYTES,
  MAX_TEXT_CHARS,
} from "../../protocol/mod.ts";
import type { Allowance } from "../auth/allowance.ts";
import type { Limits } from "../limits.ts";
import { MessageGate, type MessageReceiver } from "./message-gate.ts";
import type { Session } from "./session.ts";

/** The close code of the WebSocket for a message that is too large. */
const TOO_LARGE = 1009;

/** So much text (characters) costs as much of the budget of messages as one short message. */
const CHARS_OF_A_MESSAGE = 1024;

/**
 * Connects one socket with one session until either ends: messages go in, events come out, and the end of the session
 * closes the socket with its close code. Returns at once. When the socket closes, the session and its stream end too.
 *
 * @returns what limits how much comes in
 */
export function serveSocket(
  socket: WebSocket,
  session: Session,
  limits: Limits,
  allowance: Allowance,
  log: Logger,
): MessageGate {
  let reason: CloseReason = "failed";
  let isSlow = false;
  session.events$.subscribe({
    next: (event) => {
      if (event.type === "session.closed") reason = event.reason;
      if (socket.readyState !== socket.OPEN) return;
      socket.send(encodeServerEvent(event));
      if (socket.bufferedAmount > limits.maxBufferedBytes && !isSlow) {
        isSlow = true;
        session.end("slow_reader", {
          code: "slow_reader",
          message: `More than ${limits.maxBufferedBytes} bytes of events were waiting to be read. Connect again and read faster.`,
        });
      }
    },
    complete: () => closeSocket(socket, reason, limits),
  });

  const receiver: MessageReceiver = {
    isFull: () => session.isFull,
    receive: (message, isBinary) => {
      if (!isBinary) {
        const text = message.toString("utf8");
        session.receiveText(text);
        const chars = charsBesidePicture(text);
        // A longer one is not parsed.
        return chars > MAX_TEXT_CHARS ? 1 : 1 + Math.floor(chars / CHARS_OF_A_MESSAGE);
      }
      if (message.length <= limits.maxFrameBytes + FRAME_HEADER_BYTES) session.receiveBinary(message);
      else {
        closeWith(socket, TOO_LARGE, "The picture is too large.", limits);
        session.abandon();
      }
      return 1;
    },
    flooded: () =>
      session.end("too_many_messages", {
        code: "too_many_messages",
        message: `The client has sent more than ${limits.maxMessagesPerSecond} messages or ${limits.maxBytesPerSecond} bytes a second for ${limits.maxBehindMs} ms${allowance.bytes === null ? "" : ", or more than its token may"}. Connect again and send less.`,
      }),
  };
  const gate = new MessageGate(socket, limits, receiver, allowance);
  // ws itself closes the socket when a message is not valid UTF-8 (1007) or larger than any may be (1009).
  socket.on("error", (error) => log.info({ session: session.id, err: error }, "socket failed"));
  socket.on("close", (code) => {
    log.info({ session: session.id, code }, "socket closed");
    session.abandon();
  });
  session.start();
  return gate;
}

/** Closes a socket with the code of the reason. Cuts it off when the client does not answer the closing handshake. */
export function closeSocket(socket: WebSocket, reason: keyof typeof CLOSE_CODES, limits: Limits): void {
  closeWith(socket, CLOSE_CODES[reason].code, reason, limits);
}

function closeWith(socket: WebSocket, code: number, why: string, limits: Limits): void {
  // A session may end when its socket is closed already, because the client has left.
  if (socket.readyState === socket.CLOSED) return;
  socket.close(code, why);
  const cutOff = setTimeout(() => socket.terminate(), limits.handshakeTimeoutMs);
  socket.once("close", () => clearTimeout(cutOff));
}
