import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { Connections } from "../../src/server/connections.ts";
import { answerWithoutUpgrade } from "../../src/server/ws/upgrade.ts";
import { startScriptedServer, until } from "../support/server.ts";
import { WsClient } from "../support/ws-client.ts";

/** A raw connection that sends this and never closes its side. */
function halfOpen(url: string, text: string): Socket {
  const { port, hostname } = new URL(url);
  const socket = connect({ port: Number(port), host: hostname, allowHalfOpen: true });
  socket.on("error", () => {});
  if (text !== "") socket.write(text);
  onTestFinished(() => void socket.destroy());
  return socket;
}

const upgrade = (path: string) =>
  `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`;

describe("a connection", () => {
  it("whose upgrade was refused is cut off when the client does not close it", async () => {
    await using server = await startScriptedServer();
    const socket = halfOpen(server.url, upgrade("/elsewhere"));
    const [answer] = await once(socket, "data");
    expect(String(answer)).toContain("404");
    // A client learns that the other side is gone only when it writes.
    const poke = setInterval(() => socket.write("x"), 50);
    onTestFinished(() => clearInterval(poke));
    await until("the connection is gone", () => socket.destroyed, 3_000);
  });

  it.each([
    ["sends nothing", ""],
    ["sends half a request", "GET /healthz HTTP/1.1\r\nHost: loc"],
    ["sends half a body", "POST /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nx"],
    ["asks for another protocol and stays", upgrade("/healthz").replace("websocket", "h2c")],
  ])("that %s is cut off", async (_what, text) => {
    await using server = await startScriptedServer({}, { limits: { handshakeTimeoutMs: 150 } });
    const socket = halfOpen(server.url, text).resume();
    await once(socket, "connect");
    const poke = setInterval(() => socket.readableEnded && socket.write("x"), 50);
    onTestFinished(() => clearInterval(poke));
    await until("the connection is gone", () => socket.destroyed, 3_000);
  });

  it.each([
    ["an answer", "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"],
    ["an answer without the upgrade that it wanted", upgrade("/").replace("websocket", "h2c")],
  ])("that stands still while it is sent %s is cut off", async (_what, text) => {
    const http = createServer((_request, response) => response.end(Buffer.alloc(32_000_000)));
    http.on("upgrade", (request, socket) => answerWithoutUpgrade(http, request, socket));
    const connections = new Connections(http, 200);
    await once(http.listen(0, "127.0.0.1"), "listening");
    onTestFinished(() => void http.close());
    const socket = halfOpen(`http://127.0.0.1:${(http.address() as AddressInfo).port}`, text);
    socket.pause();
    await until("it is connected", () => connections.size === 1);
    await until("it is cut off", () => connections.size === 0, 3_000);
  });

  it("does not hold up the end of the server, whatever it waits for", async () => {
    const server = await startScriptedServer();
    const refused = halfOpen(server.url, upgrade("/elsewhere"));
    await once(refused, "data");
    await once(halfOpen(server.url, ""), "connect");
    await once(halfOpen(server.url, "GET /healthz HTTP/1.1\r\nHost: loc"), "connect");
    const frozen = await WsClient.connect(server.url);
    frozen.socket.pause();
    const gone = await WsClient.connect(server.url);
    gone.socket.terminate();
    const since = performance.now();
    await server[Symbol.asyncDispose]();
    expect(performance.now() - since).toBeLessThan(3_000);
    frozen.socket.terminate();
  });
});
