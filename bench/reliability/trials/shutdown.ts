import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { randomPictures } from "../pictures.ts";
import { ServerProcess } from "../server-process.ts";
import { atMost, none, type Outcome, type Trial, type TrialContext } from "../trial.ts";
import { Visitor } from "../visitor.ts";

const ROUNDS = { short: 2, long: 50 };

const UPGRADE = "Connection: Upgrade\r\nUpgrade: websocket\r\n";

/** What a connection sends before it goes silent. It never closes its side. */
const HALF_OPEN = [
  "",
  "GET / HTTP/1.1\r\nHo",
  "POST /v1/models HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99\r\n\r\nhalf a body",
  `GET /v1/stream HTTP/1.1\r\nHost: evil.example\r\n${UPGRADE}Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`,
  `GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n`,
];

async function halfOpen(url: string, text: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
  socket.on("error", () => {});
  await once(socket, "connect");
  socket.write(text);
  return socket.resume();
}

async function run({ size, seed, program, signal, onProgress }: TrialContext): Promise<Outcome> {
  const rounds = ROUNDS[size];
  const pictures = await randomPictures(4, seed);
  const wrong: string[] = [];
  let slowestMs = 0;
  for (let round = 0; round < rounds; round++) {
    signal.throwIfAborted();
    onProgress(round / rounds, `${rounds} servers`);
    await using server = await ServerProcess.start(program);
    const sockets = await Promise.all(HALF_OPEN.map((text) => halfOpen(server.url, text)));
    const [watching, frozen, gone] = await Promise.all([1, 2, 3].map(() => Visitor.connect(server.url)));
    for (const visitor of [watching!, frozen!]) {
      for (const [seq, picture] of pictures.entries()) visitor.frame(picture, seq, seq * 250);
      await visitor.until(() => visitor.thoughts > 0);
    }
    frozen!.socket.pause();
    gone!.socket.terminate();
    const end = await server.stop();
    slowestMs = Math.max(slowestMs, end.tookMs);
    if (end.code !== 0) wrong.push(`exit code ${end.code}, signal ${end.signal}`);
    frozen!.socket.terminate();
    for (const socket of sockets) socket.destroy();
  }
  return {
    tried: `${rounds} servers, each with ${HALF_OPEN.length} half-open connections, a client that reads nothing, one that has just left, and one that watches`,
    findings: [
      none("servers that did not end with exit code 0 at SIGTERM", wrong),
      atMost("the longest that one took", slowestMs / 1000, 5, "s"),
    ],
  };
}

export const shutdown: Trial = { name: "shutdown", title: "SIGTERM with clients that do not let go", run };
