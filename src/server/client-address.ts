import type { IncomingMessage } from "node:http";
import { type AccessRules, isLoopback } from "./access.ts";

/**
 * Where a request comes from. All that a reverse proxy on this machine hands on comes from loopback; its own entry in
 * `X-Forwarded-For`, which no client can forge, is the last one.
 */
export function clientAddress(
  { socket, headers }: Pick<IncomingMessage, "socket" | "headers">,
  { allowedHosts }: Pick<AccessRules, "allowedHosts">,
): string {
  const address = socket.remoteAddress ?? "";
  if (allowedHosts.length === 0 || !isLoopback(address)) return address;
  return (
    String(headers["x-forwarded-for"] ?? "")
      .split(",")
      .at(-1)!
      .trim() || address
  );
}
