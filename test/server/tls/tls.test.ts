import { generateKeyPairSync } from "node:crypto";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { type RequestOptions, request } from "node:https";
import { connect as connectTcp } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TLSSocket } from "node:tls";
import { describe, expect, it, onTestFinished } from "vitest";
import { Certificate, selfSigned } from "../../../src/server/mod.ts";
import { startScriptedServer, until } from "../../support/server.ts";
import { WsClient } from "../../support/ws-client.ts";

async function folder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "thinkalong-tls-"));
  onTestFinished(() => rm(dir, { recursive: true }));
  return dir;
}

async function startSecureServer(options: object = {}) {
  const dir = await folder();
  const certificate = await selfSigned({ dir, host: "127.0.0.1" });
  const server = await startScriptedServer({}, { tls: certificate.files, ...options });
  return Object.assign(server, {
    certificate,
    dir,
    ca: await readFile(join(dir, "certificate.pem"), "utf8"),
  });
}

/** One request over TLS: its status, and the fingerprint of the certificate that the server showed. */
function ask(url: string, options: RequestOptions): Promise<{ status: number; fingerprint: string }> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { agent: false, ...options }, (response) => {
      const { fingerprint256 } = (response.socket as TLSSocket).getPeerCertificate();
      response.resume();
      resolve({ status: response.statusCode ?? 0, fingerprint: fingerprint256 });
    });
    asked.on("error", reject).end();
  });
}

describe("a server with a certificate", () => {
  it("speaks TLS to clients that trust it, over HTTP and the WebSocket, and to no others", async () => {
    await using server = await startSecureServer();
    const { ca, certificate } = server;
    expect(server.url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    expect(await ask(`${server.url}/healthz`, { ca })).toEqual({
      status: 200,
      fingerprint: certificate.fingerprint,
    });
    const client = await WsClient.connect(server.url, { ca });
    await client.next("session.created");
    client.ask("over TLS?");
    await client.next("response.done");
    await expect(ask(`${server.url}/healthz`, {})).rejects.toThrowError(/self-signed/);
    await expect(WsClient.connect(server.url)).rejects.toThrowError(/self-signed/);
    await expect(fetch(`${server.url.replace("https", "http")}/healthz`)).rejects.toThrowError();
  });

  it("knows its own pages by https", async () => {
    await using server = await startSecureServer();
    const { ca } = server;
    const statusOf = async (origin: string) =>
      (await ask(`${server.url}/v1/models`, { ca, headers: { origin } })).status;
    expect(await statusOf(server.url)).toBe(200);
    expect(await statusOf(server.url.replace("https", "http"))).toBe(403);
    await (await WsClient.connect(server.url, { ca, origin: server.url })).next("session.created");
  });

  it("cuts off a connection that never begins TLS, and is not held up by one when it ends", async () => {
    const server = await startSecureServer({ limits: { handshakeTimeoutMs: 200 } });
    const { port } = new URL(server.url);
    const silent = connectTcp(Number(port), "127.0.0.1").on("error", () => {});
    silent.resume();
    await until("it is cut off", () => silent.destroyed, 5_000);
    const halfway = await WsClient.connect(server.url, { ca: server.ca });
    halfway.socket.pause();
    connectTcp(Number(port), "127.0.0.1").on("error", () => {});
    await server[Symbol.asyncDispose]();
    halfway.socket.terminate();
  });

  it("shows a new certificate to new clients when it is read again", async () => {
    await using server = await startSecureServer();
    const other = await folder();
    const renewed = await selfSigned({ dir: other, host: "127.0.0.1" });
    for (const name of ["certificate.pem", "key.pem"])
      await writeFile(join(server.dir, name), await readFile(join(other, name)));
    const before = server.certificate.fingerprint;
    await server.reload();
    const ca = await readFile(join(other, "certificate.pem"), "utf8");
    expect((await ask(`${server.url}/healthz`, { ca })).fingerprint).toBe(renewed.fingerprint);
    expect(renewed.fingerprint).not.toBe(before);
    await writeFile(join(server.dir, "certificate.pem"), "broken");
    await expect(server.reload()).rejects.toMatchObject({ code: "tls_invalid" });
    expect((await ask(`${server.url}/healthz`, { ca })).status).toBe(200);
  });
});

describe("a certificate of its own", () => {
  it("is kept with a key that only its owner can read, and made anew for another name", async () => {
    const dir = join(await folder(), "new");
    const first = await selfSigned({ dir, host: "127.0.0.1" });
    expect((await stat(join(dir, "key.pem"))).mode & 0o777).toBe(0o600);
    expect(first.fingerprint).toMatch(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
    expect((await selfSigned({ dir, host: "127.0.0.1" })).fingerprint).toBe(first.fingerprint);
    const named = await selfSigned({ dir, host: "127.0.0.1", names: ["cameras.example", "192.0.2.7"] });
    expect(named.fingerprint).not.toBe(first.fingerprint);
    for (const ip of ["127.0.0.1", "::1", "192.0.2.7"]) expect(named.x509.checkIP(ip), ip).toBeDefined();
    for (const name of ["localhost", "cameras.example"]) expect(named.x509.checkHost(name)).toBeDefined();
    expect(named.x509.checkHost("other.example")).toBeUndefined();
    const days = (named.expires.getTime() - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(700);
    expect(days).toBeLessThan(825);
  });

  it("is made anew when what is kept is broken, and says where it cannot be kept", async () => {
    const dir = await folder();
    const first = await selfSigned({ dir, host: "127.0.0.1" });
    await writeFile(join(dir, "key.pem"), "broken");
    expect((await selfSigned({ dir, host: "127.0.0.1" })).fingerprint).not.toBe(first.fingerprint);
    await writeFile(join(dir, "file"), "");
    await expect(selfSigned({ dir: join(dir, "file"), host: "127.0.0.1" })).rejects.toMatchObject({
      code: "tls_unreadable",
      message: expect.stringContaining("THINKALONG_HOME"),
    });
  });
});

describe("a certificate in files", async () => {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const foreign = privateKey.export({ type: "pkcs8", format: "pem" });
  const locked = privateKey.export({
    ...{ type: "pkcs8", format: "pem", cipher: "aes-256-cbc" },
    passphrase: "secret",
  } as never);

  it.each<[string, string, string | null, string, RegExp]>([
    [
      "there is no certificate",
      "certificate.pem",
      null,
      "tls_unreadable",
      /certificate .* cannot be read \(ENOENT\)/,
    ],
    ["there is no key", "key.pem", null, "tls_unreadable", /key .* cannot be read \(ENOENT\)/],
    ["the certificate is none", "certificate.pem", "hello", "tls_invalid", /BEGIN CERTIFICATE/],
    [
      "the certificate is broken",
      "certificate.pem",
      "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
      "tls_invalid",
      /BEGIN CERTIFICATE/,
    ],
    ["the key is none", "key.pem", "hello", "tls_invalid", /BEGIN PRIVATE KEY/],
    ["the key has a password", "key.pem", String(locked), "tls_invalid", /has a password.*openssl pkey/],
    [
      "the key is another one's",
      "key.pem",
      String(foreign),
      "tls_invalid",
      /does not belong to the certificate/,
    ],
  ])("is refused when %s", async (_what, name, text, code, words) => {
    const dir = await folder();
    await selfSigned({ dir, host: "127.0.0.1" });
    if (text === null) await rm(join(dir, name));
    else await writeFile(join(dir, name), text);
    const files = { cert: join(dir, "certificate.pem"), key: join(dir, "key.pem") };
    await expect(Certificate.read(files)).rejects.toMatchObject({
      ...{ name: "ServerError", code },
      message: expect.stringMatching(words),
    });
  });
});
