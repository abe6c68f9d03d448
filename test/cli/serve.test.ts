import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, openSync } from "node:fs";
import { connect, createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { TINY_BUNDLE } from "../support/bundles.ts";
import { eventually } from "../support/media.ts";
import { Program, thinkalong } from "../support/program.ts";
import { picture } from "../support/server.ts";
import { WsClient } from "../support/ws-client.ts";

const serve = (...args: string[]) => thinkalong(["serve", "--model", TINY_BUNDLE, ...args]);

const urlOf = async (program: Program) => (await program.says(/Open (http:\S+) for/))[1]!;

const UPGRADE = "Connection: Upgrade\r\nUpgrade: websocket\r\n";

/** A client in a process of its own. It prints what it hears. */
const CLIENT = `const { WebSocket } = require("ws");
new WebSocket(process.argv[1].replace("http", "ws") + "/v1/stream").on("message", (text) => console.log(String(text)));`;

describe("thinkalong serve", () => {
  it.each(["SIGTERM", "SIGINT", "SIGHUP"] as const)(
    "says where it is, serves, and ends with 0 at %s",
    async (signal) => {
      await using server = serve("--port", "0");
      const url = await urlOf(server);
      expect(await (await fetch(`${url}/healthz`)).json()).toEqual({ status: "ok" });
      expect(await (await fetch(`${url}/v1/models`)).text()).toContain("tiny-random");
      server.process.kill(signal);
      expect(await server.ended).toMatchObject({ code: 0, signal: null, stderr: "" });
      await expect(fetch(`${url}/healthz`)).rejects.toThrowError();
    },
  );

  it.each(["SIGTERM", "SIGHUP"] as const)(
    "lets a session under way finish before it ends at %s",
    async (signal) => {
      await using server = serve("--port", "0");
      const client = await WsClient.connect(await urlOf(server));
      await client.next("session.created");
      const jpeg = await picture();
      for (let seq = 0; seq < 4; seq++) client.frame(jpeg, seq, seq * 250);
      await client.next("response.reasoning_text.done");
      server.process.kill(signal);
      await client.next("session.going_away");
      client.send({ type: "session.close" });
      expect((await client.closed()).code).toBe(1000);
      expect(client.events.at(-1)).toMatchObject({ type: "session.closed", reason: "completed" });
      expect((await server.ended).code).toBe(0);
    },
  );

  it("ends within five seconds, whatever its clients wait for", async () => {
    await using server = serve("--port", "0");
    const url = await urlOf(server);
    const { port, hostname } = new URL(url);
    const raw = ["", "GET / HTTP/1.1\r\nHo", `GET / HTTP/1.1\r\nHost: x\r\n${UPGRADE}\r\n`].map((text) => {
      const socket = connect({ port: Number(port), host: hostname, allowHalfOpen: true }).on(
        "error",
        () => {},
      );
      socket.write(text);
      return socket.resume();
    });
    await once(raw[2]!, "end");
    await using frozen = new Program(spawn(process.execPath, ["-e", CLIENT, url], { stdio: "pipe" }));
    await frozen.says(/session.created/);
    frozen.process.kill("SIGSTOP");
    const left = await WsClient.connect(url);
    left.socket.terminate();
    const unread = await WsClient.connect(url);
    unread.socket.pause();
    const since = performance.now();
    server.process.kill("SIGTERM");
    expect(await server.ended).toMatchObject({ code: 0, signal: null });
    expect(performance.now() - since).toBeLessThan(5_000);
    unread.socket.terminate();
    for (const socket of raw) socket.destroy();
  });

  it("takes clients of a reverse proxy under the names that it is given", async () => {
    await using server = serve(
      "--port",
      "0",
      "--insecure",
      "--allow-host",
      "cameras.example",
      "garden.example",
    );
    const url = await urlOf(server);
    await server.says(/Everybody who can reach the server may use it \(--insecure\)/);
    for (const name of ["cameras.example", "garden.example"]) {
      const client = await WsClient.connect(url, { origin: `https://${name}`, headers: { host: name } });
      await client.next("session.created");
    }
    await expect(WsClient.connect(url, { headers: { host: "other.example" } })).rejects.toThrowError("403");
  });

  it.skipIf(!existsSync("/dev/full"))("goes on when its log cannot be written", async () => {
    const full = openSync("/dev/full", "w");
    await using server = thinkalong(["serve", "--model", TINY_BUNDLE, "--port", "0"], {}, { stderr: full });
    const url = await urlOf(server);
    await expect(WsClient.connect(url, { origin: "https://evil.example" })).rejects.toThrowError("403");
    await expect(WsClient.connect(url, { origin: "https://evil.example" })).rejects.toThrowError("403");
    expect(await (await fetch(`${url}/healthz`)).json()).toEqual({ status: "ok" });
    server.process.kill("SIGTERM");
    expect(await server.ended).toMatchObject({ code: 0, signal: null });
    closeSync(full);
  });

  it("goes on when the reader of its log stands still, and tells it later what it missed", async () => {
    await using server = serve("--port", "0");
    const url = await urlOf(server);
    server.process.stderr!.pause();
    // Each refusal is one line that repeats the origin. Together they are more than the pipe and the server hold.
    const origin = `https://${"x".repeat(12_000)}.example`;
    for (let line = 0; line < 150; line++)
      await expect(WsClient.connect(url, { origin })).rejects.toThrowError("403");
    expect(await (await fetch(`${url}/healthz`)).json()).toEqual({ status: "ok" });
    server.process.stderr!.resume();
    await eventually(async () => {
      await expect(WsClient.connect(url, { origin: "https://evil.example" })).rejects.toThrowError("403");
      return /"lost":\d+,"msg":"The log could not be written, and \d+ lines were lost/.test(server.stderr);
    }, "it is said that lines were lost");
    server.process.kill("SIGTERM");
    expect(await server.ended).toMatchObject({ code: 0, signal: null });
  });

  it("says in a line that its port is taken", async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
    const { port } = taken.address() as { port: number };
    const { code, stdout, stderr } = await serve("--port", String(port)).ended;
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/^error: .* is already in use.*\n$/);
    taken.close();
  });

  it("says in a line what is wrong with its model", async () => {
    const { code, stderr } = await thinkalong(["serve", "--port", "0", "--model", "/no/such/model"]).ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: .*\/no\/such\/model.*\n$/);
  });
});
