import type { LookupFunction } from "node:net";
import type { RelayLimits } from "./relay-limits.ts";

/**
 * What a URL may reach that was given by somebody who is not trusted with this network, such as a client of the HTTP
 * API. Without a policy, a URL is the operator's own and may reach everything.
 *
 * @example
 * openVideo(url, { ...options, network: {} }); // public addresses only
 * openVideo(url, { ...options, network: { allowCameraHosts: ["192.168.7.0/24", "door.example"] } });
 */
export interface NetworkPolicy {
  /**
   * Private addresses and this machine are allowed too, as at home, where cameras are private. Metadata services of
   * clouds, link-local IPv4 and multicast addresses are not. Default: false.
   */
  readonly allowPrivate?: boolean;
  /**
   * What is allowed whatever its address: names, addresses, and networks such as `192.168.7.0/24`. Whoever may change
   * what such a name points to decides what is reached. Default: none.
   */
  readonly allowCameraHosts?: readonly string[];
  /** What a source may take of this machine. */
  readonly limits?: Partial<RelayLimits>;
  /** Resolves names, with `all`. Default: the system's. */
  readonly lookup?: LookupFunction;
}
