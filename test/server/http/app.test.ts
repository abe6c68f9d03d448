import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { get } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { createServer } from "../../../src/server/mod.ts";
import { ScriptedEngine } from "../../support/scripted-engine.ts";
import { startScriptedServer } from "../../support/server.ts";
import { WsClient } from "../../support/ws-client.ts";

async function folder(files: Record<string, string>): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "thinkalong-"));
  onTestFinished(() => rm(path, { recursive: true }));
  for (const [name, text] of Object.entries(files)) await writeFile(join(path, name), text);
  return path;
}

/** fetch does not let a test choose its Host. */
function statusWithHost(url: string, host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    get(url, { headers: { host } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    }).on("error", reject);
  });
}

describe("the HTTP side", () => {
  it("says that it lives, and whether it can take a session", async () => {
    await using server = await startScriptedServer({}, { limits: { maxSessions: 1 } });
    expect(await (await fetch(`${server.url}/healthz`)).json()).toEqual({ status: "ok" });
    expect(await (await fetch(`${server.url}/readyz`)).json()).toEqual({
      status: "ready",
      sessions: 0,
      reasons: [],
    });
    await WsClient.connect(server.url);
    const full = await fetch(`${server.url}/readyz`);
    expect([full.status, await full.json()]).toMatchObject([
      503,
      { status: "full", sessions: 1, reasons: [{ code: "full" }] },
    ]);
  });

  it("lists the model in OpenAI's shape", async () => {
    await using server = await startScriptedServer();
    expect(await (await fetch(`${server.url}/v1/models`)).json()).toMatchObject({
      object: "list",
      data: [{ id: "scripted", object: "model", thinkalong: { fps: 10, frames_per_unit: 2 } }],
    });
  });

  it("says what to do at the WebSocket's path and at paths that do not exist", async () => {
    await using server = await startScriptedServer();
    expect((await fetch(`${server.url}/v1/stream`)).status).toBe(426);
    const missing = await fetch(`${server.url}/v1/nothing`);
    expect([missing.status, await missing.json()]).toMatchObject([404, { error: { code: "not_found" } }]);
  });

  it("serves the page, or says how to build it", async () => {
    const clientDir = await folder({ "index.html": "<h1>the page</h1>", "main.js": "1" });
    await using server = await startScriptedServer({}, { clientDir });
    expect(await (await fetch(server.url)).text()).toContain("the page");
    expect((await fetch(`${server.url}/main.js`)).headers.get("content-type")).toContain("javascript");

    await using bare = await startScriptedServer({}, { clientDir: join(clientDir, "nowhere") });
    const page = await fetch(bare.url);
    expect(page.status).toBe(404);
    expect(await page.text()).toContain("npm run build");
  });

  it("serves the sample clip by ranges, and nothing outside its folder", async () => {
    const sampleDir = await folder({ "street.mp4": "0123456789" });
    await using server = await startScriptedServer({}, { sampleDir });
    const part = await fetch(`${server.url}/sample/street.mp4`, { headers: { range: "bytes=2-4" } });
    expect([part.status, await part.text()]).toEqual([206, "234"]);
    expect(part.headers.get("content-range")).toBe("bytes 2-4/10");
    const whole = await fetch(`${server.url}/sample/street.mp4`);
    expect(whole.headers.get("accept-ranges")).toBe("bytes");
    expect(await whole.text()).toBe("0123456789");
    for (const path of ["/sample/..%2f..%2fetc/passwd", "/sample/%2e%2e/package.json", "/sample/other.mp4"]) {
      expect((await fetch(server.url + path)).status, path).toBe(404);
    }
  });

  it("refuses foreign Host names on loopback, so that a rebound name reaches nothing", async () => {
    await using server = await startScriptedServer({}, { allowedHosts: ["camera.home"], insecure: true });
    expect(await statusWithHost(`${server.url}/v1/models`, "evil.example")).toBe(403);
    expect(await statusWithHost(`${server.url}/v1/models`, "localhost:1234")).toBe(200);
    expect(await statusWithHost(`${server.url}/v1/models`, "camera.home")).toBe(200);
  });

  it("lets no other site frame the page, and says how long each answer may be kept", async () => {
    const clientDir = await folder({ "index.html": "<h1>the page</h1>" });
    await mkdir(join(clientDir, "assets"));
    await writeFile(join(clientDir, "assets/main-1234.js"), "1");
    await using server = await startScriptedServer({}, { clientDir });
    for (const [path, kept] of [
      ["/", "no-cache"],
      ["/assets/main-1234.js", "public, max-age=31536000, immutable"],
      ["/assets/missing.js", "no-store"],
      ["/v1/models", "no-store"],
      ["/readyz", "no-store"],
    ] as const) {
      const { headers } = await fetch(server.url + path);
      expect(headers.get("cache-control"), path).toBe(kept);
      const policy = headers.get("content-security-policy");
      expect(policy, path).toContain("default-src 'self'");
      expect(policy, path).toContain("frame-ancestors 'self'");
    }
  });

  it("gives the page's files behind a proxy that replaces the Host, but not the API", async () => {
    const clientDir = await folder({ "index.html": "<h1>the page</h1>", "main.js": "1" });
    const headers = { origin: "https://cameras.example" };
    const statuses = async (url: string) => {
      const paths = ["/", "/main.js", "/v1/models", "/readyz"];
      return Promise.all(paths.map(async (path) => (await fetch(url + path, { headers })).status));
    };
    await using server = await startScriptedServer({}, { clientDir });
    expect(await statuses(server.url)).toEqual([200, 200, 403, 403]);
    await using named = await startScriptedServer(
      {},
      { clientDir, allowedHosts: ["cameras.example"], insecure: true },
    );
    expect(await statuses(named.url)).toEqual([200, 200, 200, 200]);
  });

  it("ignores an upgrade to another protocol than a WebSocket", async () => {
    await using server = await startScriptedServer();
    for (const [path, status] of [
      ["/healthz", 200],
      ["/v1/models", 200],
      ["/v1/stream", 426],
      ["/nothing", 404],
    ] as const) {
      const headers = { connection: "Upgrade, HTTP2-Settings", upgrade: "h2c", "http2-settings": "AAMAAABk" };
      const [answered, body] = await new Promise<[number | undefined, string]>((resolve, reject) => {
        get(server.url + path, { headers }, async (response) => {
          let text = "";
          for await (const chunk of response) text += String(chunk);
          resolve([response.statusCode, text]);
        }).on("error", reject);
      });
      expect(answered, path).toBe(status);
      expect(JSON.parse(body)).toBeTypeOf("object");
    }
  });

  it("cuts off a connection that never finishes its request", async () => {
    await using server = await startScriptedServer({}, { limits: { handshakeTimeoutMs: 150 } });
    const { port, hostname } = new URL(server.url);
    const socket = connect(Number(port), hostname);
    socket.write("GET /v1/stream HTTP/1.1\r\nHost: localhost\r\n");
    socket.resume();
    await new Promise((resolve) => socket.once("close", resolve));
  });

  it("says what is wrong when it cannot listen", async () => {
    await using server = await startScriptedServer();
    const engine = new ScriptedEngine();
    const port = Number(new URL(server.url).port);
    await expect(createServer({ engine, port })).rejects.toMatchObject({ code: "port_in_use" });
    await expect(
      createServer({ engine, host: "203.0.113.7", port: 0, insecure: true }),
    ).rejects.toMatchObject({
      code: "address_unavailable",
    });
    await expect(createServer({ engine, limits: { maxSessions: 0 } })).rejects.toThrowError();
  });
});
