import { describe, expect, it } from "vitest";
import { isLoopback, refusal } from "../../src/server/access.ts";

const rules = { loopback: true, tls: false, allowedOrigins: [], allowedHosts: ["Cameras.example"] };
const local = "127.0.0.1:8080";

describe("access", () => {
  it.each([
    ["the page itself", { host: local, origin: "http://127.0.0.1:8080" }],
    [
      "the page itself, on the port that needs no number",
      { host: "localhost:80", origin: "http://localhost" },
    ],
    [
      "the page behind a proxy that keeps the Host",
      { host: "cameras.example", origin: "https://cameras.example" },
    ],
    ["the page behind a proxy that replaces the Host", { host: local, origin: "https://cameras.example" }],
    ["the page behind a proxy on another port", { host: local, origin: "http://cameras.example:8443" }],
    [
      "the page behind a proxy that says its scheme",
      { host: local, origin: "https://cameras.example", "x-forwarded-proto": "https, http" },
    ],
  ])("is granted to %s", (_what, headers) => {
    expect(refusal(headers, rules)).toBeNull();
  });

  it.each([
    ["another scheme", { host: local, origin: "https://127.0.0.1:8080" }],
    ["another port", { host: local, origin: "http://127.0.0.1:8081" }],
    [
      "another scheme, although it claims a proxy",
      { host: local, origin: "https://127.0.0.1:8080", "x-forwarded-proto": "https" },
    ],
    [
      "another scheme than the proxy's",
      { host: local, origin: "http://cameras.example", "x-forwarded-proto": "https" },
    ],
    ["a name that only ends like an allowed one", { host: local, origin: "https://evil.cameras.example" }],
    ["another kind of scheme", { host: local, origin: "ftp://cameras.example" }],
  ])("is refused to a page with %s", (_what, headers) => {
    expect(refusal(headers, rules)).toContain("--allow-origin");
  });

  it("knows its own origin when it speaks TLS itself", () => {
    const tls = { ...rules, tls: true };
    expect(refusal({ host: local, origin: "https://127.0.0.1:8080" }, tls)).toBeNull();
    expect(refusal({ host: local, origin: "http://127.0.0.1:8080" }, tls)).toContain("--allow-origin");
  });

  it.each([
    ["127.0.0.1", true],
    ["127.8.9.1", true],
    ["::1", true],
    ["::ffff:127.0.0.1", true],
    ["localhost", true],
    ["127.evil.example", false],
    ["0.0.0.0", false],
    ["::", false],
    ["192.168.1.2", false],
    ["", false],
  ])("knows whether only this machine can reach %j", (address, isLocal) => {
    expect(isLoopback(address)).toBe(isLocal);
  });

  it("is refused under a foreign Host, in a message that is short whatever was sent", () => {
    const refused = refusal({ host: "x".repeat(10_000) }, rules);
    expect(refused).toContain("--allow-host");
    expect(refused!.length).toBeLessThan(500);
  });
});
