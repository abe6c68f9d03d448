import type { Logger } from "pino";
import type { WebSocket } from "ws";
import {
  CLOSE_CODES,
  charsBesidePicture,
  encodeServerEvent,
  FRAME_HEADER_BYTES,
  MAX_TEXT_CHARS,
} from "../../protocol/mod.ts";
import type { Limits } from "../limits.ts";
import { idsOf } from "../stream-ids.ts";
import type { Traffic } from "../traffic.ts";
import { MessageGate, type MessageReceiver } from "./message-gate.ts";
import type { Seat } from "./seat.ts";
import type { Listener } from "./session-feed.ts";

/** The close code of the WebSocket for a message that is too large. */
const TOO_LARGE = 1009;

/** Close codes with which a client has not left: its connection broke, or its page was reloaded. */
const LOST: ReadonlySet<number> = new Set([1006, 1001]);

/** So much text (characters) costs as much of the budget of messages as one short message. */
const CHARS_OF_A_MESSAGE = 1024;

export interface ServeSocketOptions {
  readonly seat: Seat;
  /** Number of the last event of the log that the client has; null: none. */
  readonly after: number | null;
  readonly limits: Limits;
  readonly log: Logger;
  /** Counts what comes. */
  readonly traffic: Traffic;
}

/** A socket that has a seat. */
export interface ServedSocket {
  readonly seat: Seat;
  /** What limits how much comes in. */
  readonly gate: MessageGate;
  /** Number of events that were held for the client and went to it at once. */
  readonly replayed: number;
  /** The client does not read. Closes the socket; the session may go on with another one. */
  slow(message: string): void;
}

/**
 * Connects one socket with the session of a seat until either ends: messages go in, events come out, and the end of the
 * session closes the socket with its close code. Returns at once. When the socket closes, the seat decides what becomes of
 * the session.
 */
export function serveSocket(
  socket: WebSocket,
  { seat, after, limits, log: parent, traffic }: ServeSocketOptions,
): ServedSocket {
  const { session } = seat;
  const { allowance } = session.client;
  const log = parent.child({ ...idsOf(session.stream), role: session.role });
  let sent = 0;
  let isSlow = false;
  // What is held comes at once, so the client may be behind by that.
  const mostBuffered = limits.maxBufferedBytes + (hasHistory(seat) ? limits.maxLogBytes : 0);
  const slow = (message: string) => {
    if (isSlow) return;
    isSlow = true;
    seat.lost(listener, { code: "slow_reader", message });
    closeSocket(socket, "slow_reader", limits);
  };
  const listener: Listener = {
    event: (event) => {
      if (socket.readyState !== socket.OPEN) return;
      socket.send(encodeServerEvent(event));
      sent++;
      if (socket.bufferedAmount > mostBuffered)
        slow(
          `More than ${mostBuffered} bytes of events were waiting to be read. Connect again and read faster.`,
        );
    },
    ended: (reason) => closeSocket(socket, reason, limits),
  };

  const receiver: MessageReceiver = {
    isFull: () => session.isFull,
    receive: (message, isBinary) => {
      seat.heard();
      traffic.received(message.length);
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
        seat.left(listener);
      }
      return 1;
    },
    flooded: () =>
      session.end("too_many_messages", {
        code: "too_many_messages",
        message: `The client has sent more than ${limits.maxMessagesPerSecond} messages or ${limits.maxBytesPerSecond} bytes a second for ${limits.maxBehindMs} ms${allowance.bytes === null ? "" : ", or more than its token may"}. Connect again and send less.`,
      }),
  };
  const gate = new MessageGate(socket, limits, seat.budget, receiver, allowance);
  // ws itself closes the socket when a message is not valid UTF-8 (1007) or larger than any may be (1009).
  socket.on("error", (error) => log.info({ err: error }, "socket failed"));
  socket.on("close", (code) => {
    log.info({ code }, "socket closed");
    if (LOST.has(code)) seat.lost(listener);
    else seat.left(listener);
  });
  seat.attach(listener, after);
  return { seat, gate, slow, replayed: sent - 1 };
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

/** Whether the log may hold something when the socket comes. */
function hasHistory({ session }: Seat): boolean {
  return session.stream.log.oldest !== null;
}
