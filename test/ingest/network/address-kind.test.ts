import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addressKind, plainAddress } from "../../../src/ingest/network/address-kind.ts";

describe("where an address leads", () => {
  it.each([
    [
      "private",
      "10.0.0.1 10.255.255.255 172.16.0.1 172.31.255.255 192.168.0.1 127.0.0.1 127.255.0.9 100.64.0.1",
    ],
    ["private", "::1 fc00::1 fd12:3456::1 fe80::1 fe80::1%eth0 febf::1 fec0::1"],
    ["private", "::ffff:10.0.0.1 ::ffff:7f00:1 64:ff9b::192.168.1.1 64:ff9b::a00:1"],
    ["reserved", "169.254.169.254 169.254.170.2 100.100.100.200 168.63.129.16 192.0.0.192 fd00:ec2::254"],
    [
      "reserved",
      "0.0.0.0 0.1.2.3 224.0.0.1 239.255.255.250 255.255.255.255 240.0.0.1 198.18.0.1 203.0.113.9",
    ],
    ["reserved", ":: ::2 ::7f00:1 ff02::1 100::1 2001:db8::1 2001::1 2002:7f00:1:: 2002:808:808:: 4000::1"],
    ["reserved", "::ffff:169.254.169.254 ::ffff:0:127.0.0.1 64:ff9b:1::10.0.0.1 64:ff9b::169.254.169.254"],
    ["public", "1.1.1.1 8.8.8.8 172.15.0.1 172.32.0.1 100.63.0.1 100.128.0.1 192.167.0.1 223.255.255.254"],
    ["public", "2606:4700::1111 2a00:1450::1 ::ffff:8.8.8.8 64:ff9b::8.8.8.8"],
  ] as const)("is %s for %s", (kind, addresses) => {
    for (const address of addresses.split(" "))
      expect([address, addressKind(address)]).toEqual([address, kind]);
  });

  it("is the same for an IPv4 address however an IPv6 address carries it", () => {
    const byte = fc.integer({ min: 0, max: 255 });
    fc.assert(
      fc.property(fc.tuple(byte, byte, byte, byte), (bytes) => {
        const address = bytes.join(".");
        const [high, low] = [bytes[0] * 256 + bytes[1], bytes[2] * 256 + bytes[3]].map((n) => n.toString(16));
        for (const start of ["::ffff:", "0:0:0:0:0:ffff:", "64:ff9b::", "0064:ff9b:0:0:0:0:"]) {
          expect(plainAddress(`${start}${address}`)).toBe(address);
          expect(addressKind(`${start}${high}:${low}`)).toBe(addressKind(address));
        }
      }),
    );
  });

  it("is an error for what is no address", () => {
    expect(() => addressKind("localhost")).toThrow(TypeError);
  });
});
