import type { IncomingHttpHeaders } from "node:http";
import { isIPv4 } from "node:net";

/** Which web pages and host names may use this server. */
export interface AccessRules {
  /** True when only this machine can reach the server. */
  readonly loopback: boolean;
  /** Whether the server itself speaks TLS. */
  readonly tls: boolean;
  /** Origins, such as `https://cameras.example`, that may use it in addition to its own page; `*` for all. */
  readonly allowedOrigins: readonly string[];
  /**
   * Host names (without a port) that the server has in addition to the loopback ones, because a reverse proxy in front
   * of it is reached under them.
   */
  readonly allowedHosts: readonly string[];
}

const LOOPBACK_NAMES = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** True for addresses that only this machine can reach. */
export function isLoopback(address: string): boolean {
  const name = address.replace(/^::ffff:/i, "");
  return name === "localhost" || name === "::1" || (isIPv4(name) && name.startsWith("127."));
}

/**
 * Why a request is refused because of the `Host` or `Origin` that it names, or null when it is accepted.
 *
 * @see hostRefusal
 * @see originRefusal
 */
export function refusal(headers: IncomingHttpHeaders, rules: AccessRules): string | null {
  return hostRefusal(headers, rules) ?? originRefusal(headers, rules);
}

/**
 * Why a request is refused because of its `Host`, or null. With DNS rebinding, a foreign page lets its own name point
 * to this machine and so counts as same-origin. So on loopback the `Host` must be a loopback or an allowed name.
 */
export function hostRefusal({ host = "" }: IncomingHttpHeaders, rules: AccessRules): string | null {
  if (!rules.loopback || LOOPBACK_NAMES.has(nameOf(host)) || isAllowedHost(host, rules)) return null;
  return `The Host ${quoted(host)} is not a name of this server. If it is one, add it to allowedHosts (--allow-host).`;
}

/**
 * Why a request is refused because of its `Origin`, or null. Browsers let any web page open a WebSocket to localhost.
 * So the `Origin` must be the server's own or an allowed one. A request without an `Origin` comes from a program, not
 * from a page.
 *
 * The server's own origin has the scheme, name and port under which the page was opened:
 *
 * - Without a proxy it is `http://` and the `Host`, or `https://` when the server itself speaks TLS.
 * - A reverse proxy may speak TLS, on another port, and may replace the `Host` by the server's address. So an origin
 *   with an allowed host name is the server's own on every port. Its scheme must be that of `X-Forwarded-Proto`. When
 *   the proxy does not send this header, nobody can tell the scheme, and both are taken.
 *
 * `X-Forwarded-Proto` counts for allowed host names only: without them there is no proxy that could be trusted. A page
 * cannot forge it, because browsers let no page set a header of a WebSocket.
 */
export function originRefusal(headers: IncomingHttpHeaders, rules: AccessRules): string | null {
  const { origin } = headers;
  if (origin === undefined || rules.allowedOrigins.includes("*") || rules.allowedOrigins.includes(origin))
    return null;
  if (URL.canParse(origin) && isOwn(new URL(origin), headers, rules)) return null;
  return `The Origin ${quoted(origin)} is neither this server's own nor an allowed one. To allow it, add it to allowedOrigins (--allow-origin); if it is this server behind a proxy, add its name to allowedHosts (--allow-host).`;
}

function isOwn({ protocol, host, origin }: URL, headers: IncomingHttpHeaders, rules: AccessRules): boolean {
  if (isAllowedHost(host, rules)) {
    const forwarded = String(headers["x-forwarded-proto"] ?? "")
      .split(",", 1)[0]!
      .trim()
      .toLowerCase();
    return forwarded === "" ? protocol === "http:" || protocol === "https:" : protocol === `${forwarded}:`;
  }
  const own = `${rules.tls ? "https" : "http"}://${headers.host ?? ""}`;
  return URL.canParse(own) && origin === new URL(own).origin;
}

function isAllowedHost(host: string, { allowedHosts }: AccessRules): boolean {
  return allowedHosts.some((name) => name.toLowerCase() === nameOf(host));
}

/** A host without its port, in lower case. */
function nameOf(host: string): string {
  return host.toLowerCase().replace(/:\d+$/, "");
}

/** What a client has sent, as a message may show it. */
function quoted(value: string): string {
  return JSON.stringify(value.slice(0, 256));
}
