import type { IncomingHttpHeaders } from "node:http";

/** Which web pages and host names may use this server. */
export interface AccessRules {
  /** True when only this machine can reach the server. */
  readonly loopback: boolean;
  /** Origins, such as `https://cameras.example`, that may use it in addition to its own page; `*` for all. */
  readonly allowedOrigins: readonly string[];
  /**
   * Host names (without a port) that are accepted in addition to the loopback ones. Needed when a proxy in front of the
   * server passes the original `Host` on.
   */
  readonly allowedHosts: readonly string[];
}

const LOOPBACK_NAMES = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** True for addresses that only this machine can reach. */
export function isLoopback(address: string): boolean {
  return address === "localhost" || address === "::1" || address.startsWith("127.");
}

/**
 * Why a request is refused, or null when it is accepted.
 *
 * Browsers let any web page open a WebSocket to localhost. So the `Origin` must be the server's own or an allowed one.
 * A request without an `Origin` comes from a program, not from a page. With DNS rebinding, a foreign page lets its own
 * name point to this machine and so counts as same-origin. So on loopback the `Host` must be a loopback or an allowed
 * name.
 */
export function refusal(headers: IncomingHttpHeaders, rules: AccessRules): string | null {
  const host = headers.host ?? "";
  if (rules.loopback && !isKnownHost(host, rules)) {
    return `The Host ${JSON.stringify(host)} is not a name of this server. If it is one, add it to allowedHosts.`;
  }
  const { origin } = headers;
  if (origin === undefined || rules.allowedOrigins.includes("*") || rules.allowedOrigins.includes(origin))
    return null;
  const originHost = URL.canParse(origin) ? new URL(origin).host : null;
  if (originHost !== null && originHost === host.toLowerCase()) return null;
  return `The Origin ${JSON.stringify(origin)} is neither this server's own nor an allowed one. To allow it, add it to allowedOrigins (--allow-origin).`;
}

function isKnownHost(host: string, rules: AccessRules): boolean {
  const name = host.toLowerCase().replace(/:\d+$/, "");
  return LOOPBACK_NAMES.has(name) || rules.allowedHosts.includes(name);
}
