import type { LookupFunction } from "node:net";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type NetworkPolicy, requireAllowed } from "../../../src/ingest/mod.ts";
import { NetworkGuard } from "../../../src/ingest/network/mod.ts";
import { names } from "../../support/names.ts";

const FORBIDDEN = { name: "IngestError", code: "address_forbidden" };
const SCHEMES = ["http", "https", "rtsp", "rtsps"];
const lookup = names({
  "cam.example": ["93.184.216.34", "2606:2800:21f::1"],
  "home.example": ["192.168.7.20"],
  "mixed.example": ["93.184.216.34", "10.0.0.5"],
  "cloud.example": ["169.254.169.254"],
});

describe("a URL that comes over the API", () => {
  it.each([
    ["an absolute path", "/etc/passwd"],
    ["a file URL", "file:///etc/passwd"],
    ["an option", "-i"],
    ["standard input", "pipe:0"],
    ["a device", "/dev/video0"],
    ["a list of files", "concat:/etc/passwd|/etc/group"],
    ["another protocol of ffmpeg's", "tcp://93.184.216.34:80"],
    ["another scheme", "gopher://93.184.216.34/"],
    ["a protocol inside another", "crypto+http://93.184.216.34/"],
  ])("may not be %s", async (_, input) => {
    await expect(requireAllowed(input, { lookup, allowPrivate: true })).rejects.toMatchObject({
      code: "unsupported_protocol",
      message: expect.stringContaining("http, https, rtsp or rtsps"),
    });
  });

  it.each([
    "rtsp://cam.example/a\r\nSETUP rtsp://x",
    "http://cam.example/a\nb",
    "http://cam.example\t/",
    "rtsp://a%0d%0aX:b@cam.example/",
    "http://user:%00@cam.example/",
    "http://",
    "rtsp:///1",
    "rtsp://a b/",
    "http://[fe80::1%25eth0]/",
  ])("may carry no line breaks into requests, and must be a URL (%j)", async (input) => {
    await expect(requireAllowed(input, { lookup })).rejects.toMatchObject({ code: "url_invalid" });
  });

  it("may name public addresses", async () => {
    for (const host of ["cam.example", "cam.example.", "CAM.example:8554", "8.8.8.8", "[2606:4700::1111]"])
      for (const scheme of SCHEMES) await requireAllowed(`${scheme}://${host}/1`, { lookup });
  });

  it.each([
    ...[
      "127.0.0.1",
      "127.1",
      "2130706433",
      "0x7f000001",
      "0x7f.1",
      "017700000001",
      "0177.0.0.1",
      "127.0.0.1.",
    ],
    ...["%31%32%37.0.0.1", "①②⑦.0.0.1", "127。0。0。1", "localhost", "LOCALHOST", "user@localhost:8080"],
    ...["10.1.2.3", "0xa.66051", "169.254.169.254", "2852039166", "0.0.0.0", "0", "224.0.0.1"],
    ...["[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:a9fe:a9fe]", "[64:ff9b::10.0.0.1]", "[fd00::1]"],
    ...["[2002:7f00:1::]", "[2001:0:4136:e378:8000:63bf:3fff:fdd2]", "[0:0:0:0:0:ffff:7f00:1]"],
    ...["home.example", "mixed.example", "cloud.example"],
  ])("may not name %s", async (host) => {
    const resolve: LookupFunction = (name, ...rest) =>
      (name.endsWith(".example") ? lookup : names({ localhost: ["127.0.0.1", "::1"] }))(name, ...rest);
    for (const scheme of SCHEMES) {
      const refused = await requireAllowed(`${scheme}://${host}/latest/meta-data`, { lookup: resolve }).catch(
        (error) => error,
      );
      expect([scheme, refused]).toMatchObject([scheme, FORBIDDEN]);
      expect(refused.message).toMatch(/allowCameraHosts/);
      if (host.endsWith(".example")) expect(refused.message, "no address is told").not.toMatch(/\d+\.\d+/);
    }
  });

  it("is refused in every spelling of a private address that parsers take", async () => {
    const byte = fc.integer({ min: 0, max: 255 });
    const start = fc.constantFrom([10], [127], [192, 168], [172, 20], [100, 99], [169, 254], [0]);
    const spelling = fc.constantFrom(
      (n: number) => `${n}`,
      (n: number) => `0x${n.toString(16)}`,
      (n: number) => `0X${n.toString(16).toUpperCase()}`,
      (n: number) => `0${n.toString(8)}`,
    );
    const spelled = fc
      .tuple(
        start,
        fc.tuple(byte, byte, byte, byte),
        fc.integer({ min: 1, max: 4 }),
        fc.array(spelling, { minLength: 4, maxLength: 4 }),
      )
      .map(([fixed, rest, parts, spell]) => {
        const bytes = rest.map((each, i) => fixed[i] ?? each);
        const last = bytes.slice(parts - 1).reduce((value, each) => value * 256 + each, 0);
        return [...bytes.slice(0, parts - 1), last].map((n, i) => spell[i]!(n)).join(".");
      });
    const scheme = fc.constantFrom(...SCHEMES);
    const never: LookupFunction = () => expect.unreachable("an address is not looked up");
    await fc.assert(
      fc.asyncProperty(scheme, spelled, fc.constantFrom("", ".", ":99"), async (scheme, host, end) => {
        await expect(requireAllowed(`${scheme}://${host}${end}/`, { lookup: never })).rejects.toMatchObject(
          FORBIDDEN,
        );
      }),
      { numRuns: 300 },
    );
  });

  it("may name private addresses where the operator allows it, but no metadata service", async () => {
    const policy: NetworkPolicy = { lookup, allowPrivate: true };
    for (const host of ["home.example", "mixed.example", "127.0.0.1", "[::1]", "192.168.1.2", "[fd00::1]"])
      await requireAllowed(`rtsp://${host}/`, policy);
    for (const host of [
      "cloud.example",
      "169.254.169.254",
      "[fd00:ec2::254]",
      "[::ffff:169.254.169.254]",
      "0.0.0.0",
    ])
      await expect(requireAllowed(`http://${host}/`, policy)).rejects.toMatchObject(FORBIDDEN);
  });

  it("may name the hosts and networks that the operator allows, and no others", async () => {
    const allowCameraHosts = ["Home.example.", "10.0.0.0/8", "169.254.9.9", "[fd00::]/64", "::1"];
    const policy: NetworkPolicy = { lookup, allowCameraHosts };
    for (const host of [
      "home.example",
      "HOME.example.",
      "mixed.example",
      "10.9.9.9",
      "169.254.9.9",
      "[fd00::5]",
      "[::1]",
    ])
      await requireAllowed(`http://${host}/`, policy);
    for (const host of ["192.168.7.20", "cloud.example", "127.0.0.1", "[fd00:1::5]"])
      await expect(requireAllowed(`http://${host}/`, policy)).rejects.toMatchObject(FORBIDDEN);
  });

  it.each(["http://cam.example", "cam.example:554", "10.0.0.0/33", "10.0.0.0/x", "cam/24", ""])(
    "is judged by a policy without mistakes (%j is one)",
    (entry) => {
      expect(() => new NetworkGuard({ allowCameraHosts: [entry] })).toThrow(/allowCameraHosts has/);
    },
  );

  it("has a name that exists", async () => {
    await expect(requireAllowed("http://nowhere.example/", { lookup })).rejects.toMatchObject({
      code: "url_unreachable",
      message: expect.stringContaining("nowhere.example cannot be found (ENOTFOUND)"),
    });
  });
});
