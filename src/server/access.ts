import type { IncomingHttpHeaders } from "node:http";

/** Who may use this server from a browser. */
export interface AccessRules {
  /** True when the server listens on a loopback address only. */
  readonly loopback: boolean;
  /** Origins such as `https://cameras.example` that may use it beside its own pages; `*` for all. */
  readonly allowedOrigins: readonly string[];
  /** Names by which it is called beside loopback ones, when a proxy in front of it keeps them; without a port. */
  readonly allowedHosts: readonly string[];
}

const LOOPBACK_NAMES = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** True for addresses that only this machine can reach. */
export function isLoopback(address: string): boolean {
  return address === "localhost" || address === "::1" || address.startsWith("127.");
}

/**
 * Why a request is refused, or null when it is not.
 *
 * Browsers let any web page open a WebSocket to localhost, so the `Origin` must be the server's own or allowed; a
 * request without one comes from a program, not a page. DNS rebinding makes a foreign page same-origin by pointing
 * its name here, so on loopback the `Host` must be a loopback name.
 */
export function refusal(headers: IncomingHttpHeaders, rules: AccessRules): string | null {
  const host = headers.host ?? "";
  if (rules.loopback && !isKnownHost(host, rules)) {
    return `The Host ${JSON.stringify(host)} is not a name of this server. If it should be, name it in allowedHosts.`;
  }
  const { origin } = headers;
  if (origin === undefined || rules.allowedOrigins.includes("*") || rules.allowedOrigins.includes(origin))
    return null;
  const originHost = URL.canParse(origin) ? new URL(origin).host : null;
  if (originHost !== null && originHost === host.toLowerCase()) return null;
  return `The Origin ${JSON.stringify(origin)} is neither this server's own nor allowed. If it should be, name it in allowedOrigins.`;
}

function isKnownHost(host: string, rules: AccessRules): boolean {
  const name = host.toLowerCase().replace(/:\d+$/, "");
  return LOOPBACK_NAMES.has(name) || rules.allowedHosts.includes(name);
}
