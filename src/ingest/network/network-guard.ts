import { type LookupAddress, lookup as systemLookup } from "node:dns";
import { isIP, type LookupFunction } from "node:net";
import { checkPositive } from "../check-options.ts";
import { IngestError, messageOf } from "../errors.ts";
import { checkedUrl, withoutCredentials } from "../video-input.ts";
import { addressKind, isIn, plainAddress, type Ranges, rangesOf } from "./address-kind.ts";
import type { NetworkPolicy } from "./network-policy.ts";
import { RELAY_LIMITS, type RelayLimits } from "./relay-limits.ts";

const PORTS: Readonly<Record<string, number>> = { "http:": 80, "https:": 443, "rtsp:": 554, "rtsps:": 322 };

/** Where a URL leads. */
export interface Destination {
  /** Name or address, in lower case, without brackets; however it was spelled. */
  readonly host: string;
  readonly port: number;
  /** Whether the connection is encrypted. */
  readonly isTls: boolean;
}

/**
 * Decides what may be connected to. The addresses that it has looked at are those that are connected to: `lookup` is
 * given to `net.connect`, so that nobody resolves a name a second time (DNS rebinding).
 *
 * @throws {IngestError} `option_out_of_range` when the policy is wrong
 */
export class NetworkGuard {
  readonly limits: RelayLimits;
  private readonly names = new Set<string>();
  private readonly ranges: Ranges;

  constructor(private readonly policy: NetworkPolicy) {
    this.limits = { ...RELAY_LIMITS, ...policy.limits };
    for (const [name, value] of Object.entries(this.limits)) checkPositive(name, value);
    const networks: string[] = [];
    for (const entry of policy.allowCameraHosts ?? []) {
      const network = networkOf(entry);
      if (network === null) this.names.add(nameOf(entry));
      else networks.push(network);
    }
    this.ranges = rangesOf(...networks);
  }

  /**
   * Where a URL leads, if its scheme is allowed and, where it names an address itself, that address.
   *
   * @throws {IngestError} `unsupported_protocol`, `url_invalid`, `address_forbidden`
   */
  destination(url: URL): Destination {
    const port = PORTS[url.protocol];
    if (port === undefined) {
      const message = `${withoutCredentials(url.href)}: "${url.protocol}" is not allowed here. Give an http, https, rtsp or rtsps URL.`;
      throw new IngestError("unsupported_protocol", message);
    }
    const host = canonicalHost(url);
    if (isIP(host) !== 0) this.check(host, host);
    return { host, port: Number(url.port) || port, isTls: /^(https|rtsps):$/.test(url.protocol) };
  }

  /** Resolves a name, and gives its addresses only if all of them are allowed. */
  readonly lookup: LookupFunction = (host, options, callback) => {
    const resolve = this.policy.lookup ?? (systemLookup as LookupFunction);
    resolve(host, { ...options, all: true }, (error, found) => {
      if (error !== null) return callback(notFound(host, error), []);
      const addresses = found as LookupAddress[];
      try {
        if (addresses.length === 0) throw notFound(host, new Error("no address"));
        for (const { address } of addresses) this.check(host, address);
      } catch (refusal) {
        return callback(refusal as NodeJS.ErrnoException, []);
      }
      if (options.all) callback(null, addresses);
      else callback(null, addresses[0]!.address, addresses[0]!.family);
    });
  };

  private check(host: string, address: string): void {
    if (this.names.has(nameOf(host)) || isIn(this.ranges, plainAddress(address))) return;
    const kind = addressKind(address);
    if (kind === "public" || (kind === "private" && this.policy.allowPrivate === true)) return;
    throw forbidden(host, kind);
  }
}

/**
 * Looks at a URL before anything is opened, so that a mistake is told early: its scheme is allowed, and its name leads
 * to allowed addresses now. What protects is the check at each connection, which `openVideo` and `guardedFetch` make.
 *
 * @example await requireAllowed(body.url, policy);
 * @throws {IngestError} `unsupported_protocol`, `url_invalid`, `address_forbidden`; `url_unreachable` when the name is
 *   not known
 */
export async function requireAllowed(input: string, policy: NetworkPolicy = {}): Promise<void> {
  const guard = new NetworkGuard(policy);
  const { host } = guard.destination(parseUrl(input));
  if (isIP(host) !== 0) return;
  await new Promise<void>((resolve, reject) => {
    guard.lookup(host, { all: true }, (error) => (error === null ? resolve() : reject(error)));
  });
}

/**
 * A URL of somebody who is not trusted.
 *
 * @throws {IngestError} `url_invalid`, `unsupported_protocol` when it is no URL at all
 */
export function parseUrl(input: string): URL {
  if (!/^[a-z][a-z0-9+.-]*:/i.test(input)) {
    const message = "A file, or a path, may not be named here. Give an http, https, rtsp or rtsps URL.";
    throw new IngestError("unsupported_protocol", message);
  }
  return checkedUrl(input);
}

/**
 * HTTP URLs are parsed so that every spelling of an address (2130706433, 0x7f.1, 0177.0.0.1) is written in one way. Hosts
 * of other URLs are read in the same way here.
 */
function canonicalHost(url: URL): string {
  const name = `http://${url.hostname}`;
  if (url.hostname === "" || !URL.canParse(name)) {
    const message = `${withoutCredentials(url.href)} names no valid host. Check its spelling.`;
    throw new IngestError("url_invalid", message);
  }
  return new URL(name).hostname.replace(/^\[(.*)\]$/, "$1");
}

const nameOf = (host: string) => host.toLowerCase().replace(/\.$/, "");

/** An allowed address or network; null when the entry is a name. */
function networkOf(entry: string): string | null {
  const [address = "", bits] = entry.replace(/[[\]]/g, "").split("/");
  const family = isIP(address);
  if (family !== 0) {
    if (bits === undefined) return plainAddress(address);
    if (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128)) return `${address}/${bits}`;
  } else if (/^[\p{L}\p{N}_-]+(\.[\p{L}\p{N}_-]+)*\.?$/u.test(entry)) {
    return null;
  }
  const message = `allowCameraHosts has ${JSON.stringify(entry)}, which is no host name, address or network. Write it as cam.example, 192.168.7.20 or 192.168.7.0/24, without a scheme or port.`;
  throw new IngestError("option_out_of_range", message);
}

/** It does not tell the address: whoever asks shall not learn the names of a network that they cannot see. */
function forbidden(host: string, kind: "private" | "reserved"): IngestError {
  const name = `The address of ${host}`;
  const message =
    kind === "private"
      ? `${name} is private, and URLs that come over the API may name public addresses only. Cameras at home and in a company are private: to allow them, start the server with --allow-private-cameras, or name this host in allowCameraHosts.`
      : `${name} is reserved, as those of metadata services and multicast groups are, and may not be named over the API. If there is a camera, name the host in allowCameraHosts.`;
  return new IngestError("address_forbidden", message);
}

function notFound(host: string, cause: NodeJS.ErrnoException): IngestError {
  const message = `${host} cannot be found (${cause.code ?? messageOf(cause)}). Check the name, and the network.`;
  return new IngestError("url_unreachable", message, { cause });
}
