import { isLoopback } from "./access.ts";
import { ServerError } from "./errors.ts";

/** What says whether others than this machine can reach a server, and what stops them. */
export interface Exposure {
  readonly host?: string;
  readonly allowedHosts?: readonly string[];
  readonly tokens?: unknown;
  readonly insecure?: boolean;
}

/**
 * Refuses a server that strangers could use. Behind a reverse proxy the whole world comes from loopback, so a name under
 * which a proxy is reached (`allowedHosts`) counts like another address.
 *
 * @throws {ServerError} `open_to_the_network`
 */
export function requireGuard({ host = "127.0.0.1", allowedHosts = [], tokens, insecure }: Exposure): void {
  if (tokens || insecure) return;
  const [proxied] = allowedHosts;
  if (isLoopback(host) && proxied === undefined) return;
  const reached =
    proxied === undefined
      ? `Whoever can reach ${host || "this machine"}`
      : `Whoever can reach ${proxied} through the proxy`;
  throw new ServerError(
    "open_to_the_network",
    `${reached} could see the video, ask questions and send video, because there are no tokens. Make one (thinkalong tokens add NAME --scope watch) and name the file with --tokens. If everybody there may use it, add --insecure.`,
  );
}
