import { get } from "node:http";
import { networkInterfaces } from "node:os";
import { describe, expect, it } from "vitest";
import { startScriptedServer } from "../../support/server.ts";
import { bearer, startGuardedServer } from "../../support/tokens.ts";

const statusFor = async (url: string, headers: Record<string, string> = {}) =>
  (await fetch(`${url}/metrics`, { headers })).status;

describe("who may read /metrics", () => {
  it.each<[string, readonly string[], readonly string[] | undefined, number]>([
    ["one that may watch all streams", ["watch"], undefined, 200],
    ["an admin", ["admin"], undefined, 200],
    ["one that may watch a stream", ["watch"], ["door"], 403],
    ["one that may not watch", ["push", "ask"], undefined, 403],
  ])("with tokens: %s", async (_, scopes, streams, status) => {
    await using server = await startGuardedServer([{ name: "one", scopes, ...(streams && { streams }) }]);
    expect((await fetch(`${server.url}/metrics`, bearer("one"))).status).toBe(status);
    expect((await fetch(`${server.url}/metrics`)).status).toBe(401);
  });

  it("without tokens: this machine alone, also where others may use the server", async () => {
    await using server = await startScriptedServer({}, { host: "0.0.0.0", insecure: true });
    const { port } = new URL(server.url);
    const others = Object.values(networkInterfaces())
      .flat()
      .find((address) => address?.family === "IPv4" && !address.internal);
    const status = (host: string) =>
      new Promise((resolve, reject) => {
        get(`http://${host}:${port}/metrics`, { agent: false }, (answer) =>
          resolve(answer.resume().statusCode),
        ).on("error", reject);
      });
    expect(await status("127.0.0.1")).toBe(200);
    if (others) expect(await status(others.address)).toBe(403);
  });

  it("without tokens: nobody who comes through a proxy from elsewhere", async () => {
    await using server = await startScriptedServer({}, { allowedHosts: ["cameras.example"], insecure: true });
    expect(await statusFor(server.url)).toBe(200);
    expect(await statusFor(server.url, { "x-forwarded-for": "203.0.113.7" })).toBe(403);
    expect(await statusFor(server.url, { "x-forwarded-for": "127.0.0.1, 203.0.113.7" })).toBe(403);
  });

  it("no page of another site", async () => {
    await using server = await startScriptedServer();
    expect(await statusFor(server.url, { origin: "https://evil.example" })).toBe(403);
  });
});
