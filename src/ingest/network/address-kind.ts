import { BlockList, isIP, isIPv4 } from "node:net";
import { networkInterfaces } from "node:os";

/**
 * Where an address leads. `private`: to this machine, or to a network that the internet does not reach. `reserved`: to
 * nothing that is a camera, such as a cloud's metadata service or a multicast group.
 */
export type AddressKind = "public" | "private" | "reserved";

/** Services that tell a cloud's machines their secrets, also at addresses that are otherwise private or public. */
const METADATA = rangesOf(
  "169.254.0.0/16",
  "100.100.100.200/32",
  "168.63.129.16/32",
  "192.0.0.0/24",
  "fd00:ec2::/32",
  "fd20:ce::/32",
);

const PRIVATE = rangesOf(
  ...["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "127.0.0.0/8"],
  ...["::1/128", "fc00::/7", "fe80::/10", "fec0::/10"],
);

/**
 * Of IPv6 all but the global unicast addresses (2000::/3), and of these the ones that carry an IPv4 address (Teredo in
 * 2001::/23, 6to4), or are for documents.
 */
const RESERVED = rangesOf(
  ...["0.0.0.0/8", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24"],
  ...["224.0.0.0/4", "240.0.0.0/4"],
  ...["::/3", "4000::/2", "8000::/1", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"],
);

/**
 * Where an IPv4 or IPv6 address leads. An IPv4 address inside an IPv6 one (`::ffff:10.0.0.1`, `64:ff9b::10.0.0.1`)
 * counts like the IPv4 address.
 *
 * @example addressKind("169.254.169.254") // "reserved"
 */
export function addressKind(address: string): AddressKind {
  const plain = plainAddress(address);
  if (isIn(METADATA, plain)) return "reserved";
  if (isIn(PRIVATE, plain) || isOwn(plain)) return "private";
  return isIn(RESERVED, plain) ? "reserved" : "public";
}

/** Networks of both families. In one list, IPv6 networks would hold IPv4 addresses too, as `::ffff:…`. */
export interface Ranges {
  readonly ipv4: BlockList;
  readonly ipv6: BlockList;
}

/** Networks in the form `10.0.0.0/8`, or single addresses. */
export function rangesOf(...networks: readonly string[]): Ranges {
  const ranges: Ranges = { ipv4: new BlockList(), ipv6: new BlockList() };
  for (const network of networks) {
    const [address = "", bits] = network.split("/");
    const family = familyOf(address);
    if (bits === undefined) ranges[family].addAddress(address, family);
    else ranges[family].addSubnet(address, Number(bits), family);
  }
  return ranges;
}

export function isIn(ranges: Ranges, address: string): boolean {
  const family = familyOf(address);
  return ranges[family].check(address, family);
}

function familyOf(address: string): keyof Ranges {
  return isIPv4(address) ? "ipv4" : "ipv6";
}

/**
 * An address without a zone, and as IPv4 where it carries one that the system or a translator (NAT64) connects to.
 *
 * @throws {TypeError} when it is no address
 */
export function plainAddress(address: string): string {
  const bare = address.replace(/%.*$/, "");
  if (isIP(bare) === 0) throw new TypeError(`${JSON.stringify(address)} is not an IP address.`);
  if (isIPv4(bare)) return bare;
  const groups = groupsOf(bare);
  const start = groups.slice(0, 6).join(":");
  const carriesIpv4 = start === "0:0:0:0:0:65535" || start === "100:65435:0:0:0:0";
  return carriesIpv4
    ? groups
        .slice(6)
        .flatMap((group) => [group >> 8, group & 255])
        .join(".")
    : bare;
}

/** The eight numbers of an IPv6 address. */
function groupsOf(address: string): number[] {
  const [head = "", tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split("::");
  const [before, after] = [head, tail ?? ""].map((part) =>
    part
      .split(":")
      .filter(Boolean)
      .map((group) => Number.parseInt(group, 16)),
  ) as [number[], number[]];
  return [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after];
}

/** Whether it is one of this machine's own: its services may be behind a firewall that does not stop the machine itself. */
function isOwn(address: string): boolean {
  const own = Object.values(networkInterfaces()).flatMap((all = []) => all.map((each) => each.address));
  return isIn(rangesOf(...own.map(plainAddress)), address);
}
