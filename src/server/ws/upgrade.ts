import { type IncomingMessage, type Server, ServerResponse, STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { type AccessRules, refusal } from "../access.ts";

/** The path of the WebSocket. */
export const STREAM_PATH = "/v1/stream";

/** How long a client may take to end the connection after it got no upgrade, until that is cut off (ms). */
const NO_UPGRADE_MS = 1_000;

/** The HTTP answer to an upgrade request that is refused. */
export interface UpgradeRefusal {
  readonly status: number;
  /** The error's code. */
  readonly code: string;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Whether a request asks for a WebSocket, and not for another protocol, such as `h2c`. */
export function asksForWebSocket(request: IncomingMessage): boolean {
  const protocols = (request.headers.upgrade ?? "").toLowerCase().split(",");
  return protocols.some((protocol) => protocol.trim() === "websocket");
}

/** The path of a request, without its query. */
export function pathOf({ url = "" }: IncomingMessage): string {
  return url.split("?", 1)[0]!;
}

/**
 * Answers a request as if it had not asked for an upgrade, which HTTP allows (RFC 9110, 7.8), and closes the connection.
 * Node leaves its socket to the listener of `upgrade`, so the answer is put on it here.
 */
export function answerWithoutUpgrade(http: Server, request: IncomingMessage, socket: Duplex): void {
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket as Socket);
  response.once("finish", () => {
    response.detachSocket(socket as Socket);
    endConnection(socket);
  });
  http.emit("request", request, response);
}

/** Why an upgrade request is refused, or null when it is accepted. */
export function upgradeRefusal(
  request: IncomingMessage,
  access: AccessRules,
  isClosing: boolean,
): UpgradeRefusal | null {
  if (pathOf(request) !== STREAM_PATH)
    return { status: 404, code: "not_found", message: `The WebSocket is at ${STREAM_PATH}.` };
  const forbidden = refusal(request.headers, access);
  if (forbidden) return { status: 403, code: "forbidden", message: forbidden };
  return isClosing
    ? { status: 503, code: "closing", message: "The server is shutting down. Connect again later." }
    : null;
}

/**
 * Answers with an HTTP status and the reason as text, and closes the connection. Cuts it off when the client does not
 * close its side too.
 */
export function refuseUpgrade(socket: Duplex, { status, message, headers = {} }: UpgradeRefusal): void {
  endConnection(
    socket,
    [
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
      "Connection: close",
      "Content-Type: text/plain; charset=utf-8",
      `Content-Length: ${Buffer.byteLength(message)}`,
      ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
      "",
      message,
    ].join("\r\n"),
  );
}

/** Writes the last text and ends the connection. Cuts it off when the client does not end its side, too. */
function endConnection(socket: Duplex, text = ""): void {
  const cutOff = setTimeout(() => socket.destroy(), NO_UPGRADE_MS);
  socket.once("close", () => clearTimeout(cutOff));
  // Nobody reads what the client still sends, and its end would not be seen.
  socket.resume();
  socket.end(text);
}
