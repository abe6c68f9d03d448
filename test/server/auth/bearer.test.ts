import { get } from "node:http";
import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { picture, startScriptedServer, until } from "../../support/server.ts";
import { bearer, secretOf, startGuardedServer } from "../../support/tokens.ts";
import { WsClient } from "../../support/ws-client.ts";

const jpeg = await picture();

const TOKENS = [
  { name: "watcher", scopes: ["watch"] },
  { name: "asker", scopes: ["ask"] },
  { name: "camera", scopes: ["push"] },
  { name: "camera-that-asks", scopes: ["push", "ask"] },
  { name: "admin", scopes: ["admin"] },
  { name: "door", scopes: ["watch", "push"], streams: ["door"] },
  { name: "old", scopes: ["watch"], expires: "2020-01-01" },
];

/** Sends two frames, which are one unit, and asks. */
async function watchAndAsk(client: WsClient): Promise<void> {
  await client.next("session.created");
  client.send({ type: "session.update", session: { stats_interval_ms: 100 } });
  client.frame(jpeg, 0, 0);
  client.frame(jpeg, 1, 100);
  client.ask("what?");
}

const codes = (client: WsClient) => client.all("error").map(({ error }) => [error.code, error.fatal]);

describe("a server with tokens", () => {
  it("answers 401 without one, says what to send, and keeps the page and the health checks open", async () => {
    await using server = await startGuardedServer(TOKENS);
    for (const init of [
      {},
      { headers: { authorization: "Basic dTpw" } },
      { headers: { authorization: "Bearer wrong-secret-0123456789" } },
      { headers: { authorization: `Bearer ${secretOf("old")}` } },
    ]) {
      const answer = await fetch(`${server.url}/v1/models`, init);
      expect(answer.status).toBe(401);
      expect(answer.headers.get("www-authenticate")).toBe('Bearer realm="thinkalong"');
      expect(await answer.json()).toMatchObject({ error: { code: "unauthorized" } });
      await expect(WsClient.connect(server.url, init)).rejects.toThrowError("401");
    }
    for (const path of ["/v1/stream", "/v1/nothing", "/%76%31/models"])
      expect((await fetch(server.url + path)).status, path).toBe(401);
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
    expect([200, 404], "whether or not it is built").toContain((await fetch(server.url)).status);
    expect((await fetch(`${server.url}/v1/models`, bearer("watcher"))).status).toBe(200);
  });

  it("takes no token from a URL", async () => {
    await using server = await startGuardedServer(TOKENS);
    const secret = secretOf("admin");
    for (const name of ["token", "access_token", "ticket"]) {
      expect((await fetch(`${server.url}/v1/models?${name}=${secret}`)).status).toBe(401);
      await expect(WsClient.connect(server.url, { query: { [name]: secret } })).rejects.toThrowError("401");
    }
  });

  it("lets a camera that only pushes send video, and shows it no thoughts and takes no questions", async () => {
    await using server = await startGuardedServer(TOKENS);
    const client = await WsClient.connect(server.url, bearer("camera"));
    await watchAndAsk(client);
    await until("the frames", () => server.engine.opened[0]?.frames.length === 2);
    await client.next("session.stats", ({ stats }) => stats.thoughts === 1);
    expect(codes(client)).toEqual([["forbidden", false]]);
    expect(client.events.filter(({ type }) => type.startsWith("response."))).toEqual([]);
    client.send({ type: "session.close" });
    expect((await client.closed()).code).toBe(1000);
  });

  it("shows one that pushes and asks its answers, and no thoughts", async () => {
    await using server = await startGuardedServer(TOKENS);
    const client = await WsClient.connect(server.url, bearer("camera-that-asks"));
    await watchAndAsk(client);
    await client.next("response.done");
    await client.next("session.stats", ({ stats }) => stats.thoughts === 1);
    expect(codes(client)).toEqual([]);
    expect(client.all("response.created").map(({ response }) => response.kind)).toEqual(["answer"]);
    expect(client.all("response.reasoning_text.done")).toEqual([]);
    expect(client.all("response.output_text.done")).toHaveLength(1);
  });

  it("lets one that watches neither push nor ask nor change settings", async () => {
    await using server = await startGuardedServer(TOKENS);
    const client = await WsClient.connect(server.url, bearer("watcher"));
    await watchAndAsk(client);
    client.send({ type: "response.cancel" });
    client.send({ type: "input_video_frame.append", image: jpeg.toString("base64") });
    client.send({ type: "input_video.start", mime: "video/webm" });
    client.send({ type: "input_video.stop" });
    await until("eight errors", () => client.all("error").length === 8);
    expect(codes(client)).toEqual(Array(8).fill(["forbidden", false]));
    expect(server.engine.opened).toEqual([]);
  });

  it("lets an admin do everything", async () => {
    await using server = await startGuardedServer(TOKENS);
    const client = await WsClient.connect(server.url, bearer("admin"));
    await watchAndAsk(client);
    await client.next("response.reasoning_text.done");
    await client.next("response.output_text.done");
    expect(codes(client)).toEqual([]);
  });

  it("refuses a socket to one that may neither watch nor push, and one of its own to one for named streams", async () => {
    await using server = await startGuardedServer(TOKENS);
    await expect(WsClient.connect(server.url, bearer("asker"))).rejects.toThrowError("403");
    await expect(WsClient.connect(server.url, bearer("door"))).rejects.toThrowError("403");
  });

  it("still refuses foreign pages, before it looks at their token", async () => {
    await using server = await startGuardedServer(TOKENS);
    const { headers } = bearer("admin");
    const foreign = { headers: { ...headers, origin: "https://evil.example" } };
    expect((await fetch(`${server.url}/v1/models`, foreign)).status).toBe(403);
    await expect(WsClient.connect(server.url, foreign)).rejects.toThrowError("403");
  });

  it("writes no secret into its log", async () => {
    const lines: string[] = [];
    const log = pino({ level: "trace" }, { write: (line) => void lines.push(line) });
    await using server = await startGuardedServer(TOKENS, { log });
    await WsClient.connect(server.url, bearer("admin"));
    await expect(
      WsClient.connect(server.url, { headers: { authorization: "Bearer wrong-secret-0123456789" } }),
    ).rejects.toThrowError("401");
    await expect(
      WsClient.connect(server.url, { query: { ticket: "tkt_wrong-0123456789" } }),
    ).rejects.toThrowError("401");
    const told = lines.join("");
    expect(told).toContain('"token":"admin"');
    expect(told).toContain("a wrong token was sent");
    for (const secret of [secretOf("admin"), "wrong-secret", "tkt_"]) expect(told).not.toContain(secret);
  });
});

describe("tokens that are read again", () => {
  it("take new ones in, and end the sessions of those that are gone or allow other things", async () => {
    await using server = await startGuardedServer([
      { name: "stays", scopes: ["watch"] },
      { name: "goes", scopes: ["watch"] },
      { name: "changes", scopes: ["watch", "push"] },
      { name: "gets-another-secret", scopes: ["watch"] },
    ]);
    const connect = (name: string) => WsClient.connect(server.url, bearer(name));
    const names = ["stays", "goes", "changes", "gets-another-secret"];
    const [stays, goes, changes, renewed] = await Promise.all(names.map(connect));
    await Promise.all([stays, goes, changes, renewed].map((client) => client!.next("session.created")));
    await server.change([
      { name: "stays", scopes: ["watch"], limits: { sessions: 2 } },
      { name: "changes", scopes: ["watch"] },
      { name: "gets-another-secret", secret: "quite-another-secret", scopes: ["watch"] },
      { name: "comes", scopes: ["watch"] },
    ]);
    for (const [client, code, reason] of [
      [goes, 4401, "unauthorized"],
      [changes, 4403, "forbidden"],
      [renewed, 4401, "unauthorized"],
    ] as const) {
      expect(await client!.closed()).toEqual({ code, reason });
      expect(client!.all("error")[0]?.error).toMatchObject({ code: reason, fatal: true });
      expect(client!.events.at(-1)).toMatchObject({ type: "session.closed", reason });
    }
    await expect(connect("goes")).rejects.toThrowError("401");
    await (await connect("comes")).next("session.created");
    await (await connect("stays")).next("session.created");
    const third = await connect("stays");
    expect((await third.closed()).code).toBe(4429);
    expect(stays!.socket.readyState).toBe(stays!.socket.OPEN);
  });

  it("stay as they were when the file is wrong", async () => {
    await using server = await startGuardedServer([{ name: "stays", scopes: ["watch"] }]);
    const client = await WsClient.connect(server.url, bearer("stays"));
    await expect(server.change([{ name: "stays", scopes: ["look"] }])).rejects.toMatchObject({
      code: "tokens_invalid",
    });
    expect((await fetch(`${server.url}/v1/models`, bearer("stays"))).status).toBe(200);
    expect(client.socket.readyState).toBe(client.socket.OPEN);
  });

  it("end the sessions of a token when it expires", async () => {
    const expires = new Date(Date.now() + 700).toISOString();
    await using server = await startGuardedServer([{ name: "short", scopes: ["watch"], expires }], {
      limits: { heartbeatMs: 50 },
    });
    const client = await WsClient.connect(server.url, bearer("short"));
    expect((await client.closed()).code).toBe(4401);
    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(expires));
  });
});

describe("a server without tokens", () => {
  it("is open on loopback, whatever token is sent, and gives tickets to whoever asks", async () => {
    await using server = await startScriptedServer();
    expect((await fetch(`${server.url}/v1/models`, bearer("anybody"))).status).toBe(200);
    const answer = await fetch(`${server.url}/v1/tickets`, { method: "POST" });
    expect(answer.status).toBe(201);
    const { ticket } = (await answer.json()) as { ticket: string };
    const client = await WsClient.connect(server.url, { query: { ticket } });
    await client.next("session.created");
  });

  it.each<[string, object]>([
    ["every address", { host: "0.0.0.0" }],
    ["every address, which has no name", { host: "" }],
    ["a name that only looks like loopback", { host: "127.evil.example" }],
    ["loopback behind a proxy", { allowedHosts: ["cameras.example"] }],
  ])("does not start on %s, and says what to do", async (_what, options) => {
    await expect(startScriptedServer({}, options)).rejects.toMatchObject({
      name: "ServerError",
      code: "open_to_the_network",
      message: expect.stringMatching(/thinkalong tokens add .*--tokens.*--insecure/),
    });
  });

  it("starts there when it is told to", async () => {
    await using server = await startScriptedServer({}, { host: "0.0.0.0", insecure: true });
    const status = await new Promise((resolve) =>
      get(`${server.url}/v1/models`, (response) => resolve(response.resume().statusCode)),
    );
    expect(status).toBe(200);
  });
});
