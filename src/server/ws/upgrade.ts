import { type IncomingMessage, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { type AccessRules, refusal } from "../access.ts";

/** The path of the WebSocket. */
export const STREAM_PATH = "/v1/stream";

/** How long a client may take to close the connection after its upgrade was refused, until that is cut off (ms). */
const REFUSED_MS = 1_000;

/** The HTTP answer to an upgrade request that is refused. */
export interface UpgradeRefusal {
  readonly status: 403 | 404 | 503;
  readonly message: string;
}

/** Why an upgrade request is refused, or null when it is accepted. */
export function upgradeRefusal(
  request: IncomingMessage,
  access: AccessRules,
  isClosing: boolean,
): UpgradeRefusal | null {
  const path = (request.url ?? "").split("?", 1)[0];
  if (path !== STREAM_PATH) return { status: 404, message: `The WebSocket is at ${STREAM_PATH}.` };
  const forbidden = refusal(request.headers, access);
  if (forbidden) return { status: 403, message: forbidden };
  return isClosing ? { status: 503, message: "The server is shutting down. Connect again later." } : null;
}

/**
 * Answers with an HTTP status and the reason as text, and closes the connection. Cuts it off when the client does not
 * close its side too.
 */
export function refuseUpgrade(socket: Duplex, { status, message }: UpgradeRefusal): void {
  const cutOff = setTimeout(() => socket.destroy(), REFUSED_MS);
  socket.once("close", () => clearTimeout(cutOff));
  // Nobody reads what it still sends, and its end would never be seen.
  socket.resume();
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
