import { isIPv6 } from "node:net";
import { TokenBucket } from "../../ingest/mod.ts";
import { digestOf } from "./token-file.ts";

/** Most addresses that are remembered. The one whose last failure is the longest ago is forgotten first. */
const MOST_ADDRESSES = 10_000;

/** Most wrong tokens of an address that are remembered, so that one which is only repeated costs nothing. */
const MOST_REPEATED = 32;

interface Address {
  readonly budget: TokenBucket;
  readonly wrong: Set<string>;
}

/**
 * How many tokens an address may still guess. A wrong token that it has sent before is no further guess: so a camera
 * with an old token, which tries again and again, does not lock out others behind the same address.
 */
export class FailedLogins {
  private readonly addresses = new Map<string, Address>();

  constructor(private readonly perMinute: number) {}

  /** How long until this address may try again (ms); 0: now. */
  waitMs(address: string, nowMs: number): number {
    return this.addresses.get(keyOf(address))?.budget.waitMs(nowMs) ?? 0;
  }

  /** Counts a wrong token, unless it is only repeated. Returns whether it was counted. */
  failed(address: string, secret: string, nowMs: number): boolean {
    const key = keyOf(address);
    const known = this.addresses.get(key) ?? {
      budget: new TokenBucket({ perSecond: this.perMinute / 60, most: this.perMinute }),
      wrong: new Set<string>(),
    };
    this.addresses.delete(key);
    this.addresses.set(key, known);
    if (this.addresses.size > MOST_ADDRESSES) this.addresses.delete(this.addresses.keys().next().value!);
    const digest = digestOf(secret).toString("base64");
    if (known.wrong.has(digest)) return false;
    known.wrong.add(digest);
    if (known.wrong.size > MOST_REPEATED) known.wrong.delete(known.wrong.values().next().value!);
    known.budget.spend(1, nowMs);
    return true;
  }
}

/** One client may have 2^64 addresses of IPv6, which have the first half in common. */
function keyOf(address: string): string {
  if (!isIPv6(address) || address.startsWith("::ffff:")) return address;
  const [head = "", tail] = address.split("%", 1)[0]!.split("::");
  const before = head === "" ? [] : head.split(":");
  const after = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros =
    tail === undefined ? [] : Array<string>(Math.max(0, 8 - before.length - after.length)).fill("0");
  return [...before, ...zeros, ...after].slice(0, 4).join(":");
}
