import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { TINY_BUNDLE } from "../support/bundles.ts";
import { eventually } from "../support/media.ts";
import { Program } from "../support/program.ts";
import { WsClient } from "../support/ws-client.ts";

/** Starts the server in a process that may open only so many files. */
function serveWith(files: number, maxSessions = 16): Program {
  const node = `'${process.execPath}' --import tsx src/cli/main.ts serve --port 0 --max-sessions ${maxSessions} --model '${TINY_BUNDLE}'`;
  return new Program(
    spawn("sh", ["-c", `ulimit -n ${files}; exec ${node}`], { stdio: ["ignore", "pipe", "pipe"] }),
  );
}

describe.skipIf(process.platform === "win32")("a server that may open few files", () => {
  it("says in one line that they are too few to start", async () => {
    const { code, stdout, stderr } = await serveWith(80).ended;
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/^error: This process may open only \d+ more files[^\n]*ulimit -n[^\n]*\n$/);
  });

  it("warns when they are too few for its sessions, answers 503 when they run out, and goes on", async () => {
    await using server = serveWith(300, 1000);
    const [url] = await server.says(/http:\/\/[\d.]+:\d+/);
    const watching = await WsClient.connect(url);
    await watching.next("session.created");
    const { port, hostname } = new URL(url);
    const sockets: Socket[] = Array.from({ length: 450 }, () => connect(Number(port), hostname));
    let answers = "";
    for (const socket of sockets) socket.on("error", () => {}).on("data", (data) => (answers += data));
    await Promise.all(
      sockets.map((socket) => Promise.race([once(socket, "connect"), once(socket, "close")])),
    );
    await eventually(() => sockets.some(({ closed }) => closed), "some find no room");
    for (const socket of sockets) socket.write(`GET / HTTP/1.1\r\nHost: ${hostname}\r\n\r\n`);
    await eventually(() => answers.includes("503 Service Unavailable"), "the page cannot be opened");
    watching.ask("still there?");
    await watching.next("response.created");
    for (const socket of sockets) socket.destroy();
    await eventually(async () => {
      const status = await fetch(url).then(
        (response) => response.status,
        () => 0,
      );
      return status === 200;
    }, "there is room again");
    server.process.kill("SIGTERM");
    const { code, stderr } = await server.ended;
    expect(code).toBe(0);
    const lines = stderr.trim().split("\n");
    const said = lines.map((line) => JSON.parse(line) as { msg: string; err?: unknown });
    expect(said.map(({ err }) => err)).toEqual(said.map(() => undefined));
    expect(said[0]!.msg).toMatch(/^This process may open only \d+ more files\. 1000 sessions/);
    expect(said[1]!.msg).toMatch(/^A file could not be sent \(EMFILE/);
  });
});
