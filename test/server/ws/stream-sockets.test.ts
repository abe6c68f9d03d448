import type { Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { TRANSPORT_CLOSE_CODES } from "../../../src/protocol/mod.ts";
import { picture, startScriptedServer, until } from "../../support/server.ts";
import { WsClient } from "../../support/ws-client.ts";

const jpeg = await picture();

describe("/v1/stream", () => {
  it("streams thoughts while frames come, answers a question, and closes with 1000", async () => {
    await using server = await startScriptedServer({ answer: () => "two cars have left" });
    const client = await WsClient.connect(server.url);
    await client.next("session.created");
    for (const seq of [0, 1]) {
      client.frame(jpeg, seq, 100 * seq);
      await until("the frame", () => server.engine.opened[0]?.frames.length === seq + 1);
    }
    const thought = await client.next("response.reasoning_text.done");
    expect(thought).toMatchObject({ text: "unit 0 was seen", media_time_ms: 100 });
    client.ask("how many cars have left?", "ask");
    const answer = await client.next("response.output_text.done");
    expect(answer.text).toBe("two cars have left");
    client.send({ type: "session.close" });
    expect(await client.closed()).toEqual({ code: 1000, reason: "completed" });
    expect(client.events.at(-1)).toMatchObject({
      type: "session.closed",
      totals: { frames_in: 2, answers: 1 },
    });
    const ids = client.events.map((event) => event.event_id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("takes JPEG, PNG and WebP without a header", async () => {
    await using server = await startScriptedServer();
    const client = await WsClient.connect(server.url);
    for (const [index, format] of (["jpeg", "png", "webp"] as const).entries()) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      client.socket.send(await picture(format));
      await until(format, () => server.engine.opened[0]?.frames.length === index + 1);
    }
    const frames = server.engine.opened[0]?.frames ?? [];
    expect(frames.map((frame) => frame.seq)).toEqual([0, 1, 2]);
    expect(frames[0]?.mediaTimeMs).toBe(0);
  });

  it("keeps sessions apart: one that sends garbage or dies does not disturb another", async () => {
    await using server = await startScriptedServer({}, { limits: { resumeWindowMs: 0 } });
    const good = await WsClient.connect(server.url);
    const bad = await WsClient.connect(server.url);
    bad.socket.send("{not json");
    expect((await bad.next("error")).error.code).toBe("invalid_json");
    bad.socket.send(Buffer.from([1, 2, 3]));
    await bad.next("input_video_frame.dropped");
    bad.socket.terminate();
    good.ask("still there?");
    expect((await good.next("response.output_text.done")).text).toContain("still there?");
    await until("only the good stream is open", () => server.engine.open.length === 1);
  });

  it("closes a socket with 1009 whose message is too large, and only that", async () => {
    await using server = await startScriptedServer({}, { limits: { maxFrameBytes: 2048 } });
    const good = await WsClient.connect(server.url);
    const bad = await WsClient.connect(server.url);
    bad.socket.send(Buffer.alloc(4096));
    expect((await bad.closed()).code).toBe(1009);
    good.ask("still there?");
    await good.next("response.done");
  });

  it.each([
    ["a frame without a mask", 1002, Buffer.from([0x81, 0x01, 0x78])],
    ["text that is not UTF-8", 1007, Buffer.from([0x81, 0x81, 0, 0, 0, 0, 0xff])],
    [
      "too many pieces",
      1008,
      Buffer.concat(
        Array(200_000)
          .fill(Buffer.from([0x01, 0x80, 0, 0, 0, 0]))
          .map((piece: Buffer, at) => (at === 0 ? piece : Buffer.from([0x00, 0x80, 0, 0, 0, 0]))),
      ),
    ],
  ])(
    "closes a socket that sends %s with %i, and the code is in the documentation",
    async (_what, code, bytes) => {
      await using server = await startScriptedServer();
      const client = await WsClient.connect(server.url);
      // Past the library, which would send none of it.
      (client.socket as unknown as { _socket: Socket })._socket.write(bytes);
      expect((await client.closed()).code).toBe(code);
      expect(TRANSPORT_CLOSE_CODES.map((info) => info.code)).toContain(code);
    },
  );

  it("takes a picture of the largest size in base64, too, and refuses one more byte", async () => {
    const largest = await picture("png", { width: 1000, height: 1000 });
    await using server = await startScriptedServer({}, { limits: { maxFrameBytes: largest.length } });
    const client = await WsClient.connect(server.url);
    client.send({ type: "input_video_frame.append", image: largest.toString("base64") });
    await until("it was taken", () => server.engine.opened[0]?.frames.length === 1);
    client.send({
      type: "input_video_frame.append",
      image: Buffer.concat([largest, Buffer.alloc(1)]).toString("base64"),
      capture_time_ms: 60_000,
    });
    expect((await client.next("error")).error.code).toBe("image_too_large");
  });

  it("keeps a session whose question or id is as long as a message can be", async () => {
    await using server = await startScriptedServer({}, { limits: { maxBufferedBytes: 64 * 1024 } });
    const client = await WsClient.connect(server.url);
    const long = "q".repeat(8_000_000);
    client.ask(long);
    client.ask("what?", long.slice(0, 60_000));
    client.ask(long.slice(0, 60_000));
    client.ask("still there?", "last");
    await client.next("response.done");
    expect(client.all("error").map(({ error }) => error.code)).toEqual([
      "message_too_large",
      "invalid_value",
      "invalid_value",
    ]);
    expect(client.all("response.created")[0]?.response).toMatchObject({ in_reply_to: "last" });
  });

  it("tells one session too many, closes it with 4429, and takes it when there is room", async () => {
    await using server = await startScriptedServer({}, { limits: { maxSessions: 1 } });
    const first = await WsClient.connect(server.url);
    const second = await WsClient.connect(server.url);
    expect((await second.next("error")).error).toMatchObject({ code: "too_many_sessions", fatal: true });
    expect((await second.closed()).code).toBe(4429);
    first.socket.close();
    await until("the first is gone", () => first.socket.readyState === first.socket.CLOSED);
    const third = await WsClient.connect(server.url);
    await third.next("session.created");
  });

  it("is full when the engine has no room, too: 4429, and the sessions that it took go on", async () => {
    await using server = await startScriptedServer({ maxStreams: 2 }, { limits: { maxSessions: 8 } });
    const watching = await WsClient.connect(server.url);
    watching.frame(jpeg, 0, 0);
    await until("it is watching", () => server.engine.open.length === 1);
    const waiting = await WsClient.connect(server.url);
    await waiting.next("session.created");
    expect((await fetch(`${server.url}/readyz`)).status).toBe(503);
    const third = await WsClient.connect(server.url);
    expect(await third.closed()).toEqual({ code: 4429, reason: "too_many_sessions" });
    expect(third.all("session.created")).toEqual([]);
    waiting.ask("is there a place for me?");
    await waiting.next("response.done");
  });

  it("closes an idle session with 4408", async () => {
    await using server = await startScriptedServer({}, { limits: { idleTimeoutMs: 100 } });
    const client = await WsClient.connect(server.url);
    expect(await client.closed()).toEqual({ code: 4408, reason: "idle_timeout" });
  });

  it("closes a session with 4500 when the engine fails", async () => {
    await using server = await startScriptedServer();
    const client = await WsClient.connect(server.url);
    client.ask("what?");
    await client.next("response.created");
    server.engine.opened[0]?.emit({
      type: "stream.failed",
      code: "worker_failed",
      message: "died",
      fatal: true,
    });
    expect((await client.closed()).code).toBe(4500);
    expect(client.events.at(-1)).toMatchObject({ type: "session.closed", reason: "failed" });
  });

  it("closes a client that does not read with 4410, and no other", async () => {
    const long = `${"x".repeat(250_000)} `.repeat(40);
    await using server = await startScriptedServer(
      { answer: (question) => (question === "all?" ? long : "short") },
      { limits: { maxBufferedBytes: 64 * 1024, handshakeTimeoutMs: 500, resumeWindowMs: 0 } },
    );
    const good = await WsClient.connect(server.url);
    const slow = await WsClient.connect(server.url);
    slow.ask("all?");
    await slow.next("response.created");
    slow.socket.pause();
    await until("its stream is closed", () => server.engine.open.length === 0, 50_000);
    good.ask("still there?");
    await good.next("response.done");
    slow.socket.resume();
    const { code } = await slow.closed();
    expect([4410, 1006], "cut off if it read too late for the closing handshake").toContain(code);
  });

  it("closes sockets that answer no pings with 4410", async () => {
    await using server = await startScriptedServer({}, { limits: { heartbeatMs: 50, resumeWindowMs: 0 } });
    const alive = await WsClient.connect(server.url);
    const dead = await WsClient.connect(server.url, { autoPong: false });
    expect(await dead.closed()).toEqual({ code: 4410, reason: "slow_reader" });
    expect(dead.events.at(-1)).toMatchObject({ type: "session.closed", reason: "slow_reader" });
    expect(alive.socket.readyState).toBe(alive.socket.OPEN);
  });

  it("closes a client that stood still with 4410, which it reads when it goes on", async () => {
    await using server = await startScriptedServer({}, { limits: { heartbeatMs: 50 } });
    const client = await WsClient.connect(server.url);
    await client.next("session.created");
    client.socket.pause();
    await new Promise((resolve) => setTimeout(resolve, 300));
    client.socket.resume();
    expect((await client.closed()).code).toBe(4410);
  });

  it("leaves no stream open after fifty sockets were killed", async () => {
    await using server = await startScriptedServer(
      { pauseMs: 5 },
      { limits: { maxSessions: 50, resumeWindowMs: 0 } },
    );
    const clients = await Promise.all(Array.from({ length: 50 }, () => WsClient.connect(server.url)));
    for (const client of clients) {
      client.frame(jpeg, 0, 0);
      client.ask("what?");
    }
    await until("all streams are open", () => server.engine.opened.length === 50);
    for (const client of clients) client.socket.terminate();
    await until("all streams are closed", () => server.engine.open.length === 0);
    const ready = await (await fetch(`${server.url}/readyz`)).json();
    expect(ready).toEqual({ status: "ready", sessions: 0, reasons: [] });
  });
});

describe("who may connect", () => {
  it("is a program without an Origin, and the server's own page", async () => {
    await using server = await startScriptedServer();
    await (await WsClient.connect(server.url)).next("session.created");
    await (await WsClient.connect(server.url, { origin: server.url })).next("session.created");
  });

  it.each(["https://evil.example", "http://127.0.0.1:1", "null", "not an origin"])(
    "is not %s",
    async (origin) => {
      await using server = await startScriptedServer();
      await expect(WsClient.connect(server.url, { origin })).rejects.toThrowError("403");
      expect(server.engine.opened).toEqual([]);
    },
  );

  it("is a foreign page that was allowed", async () => {
    await using server = await startScriptedServer({}, { allowedOrigins: ["https://cameras.example"] });
    await (await WsClient.connect(server.url, { origin: "https://cameras.example" })).next("session.created");
  });

  it("is nobody under a foreign Host on loopback, even same-origin", async () => {
    await using server = await startScriptedServer();
    const headers = { host: "evil.example" };
    await expect(
      WsClient.connect(server.url, { headers, origin: "http://evil.example" }),
    ).rejects.toThrowError("403");
  });

  it("is nobody at another path", async () => {
    await using server = await startScriptedServer();
    await expect(WsClient.connect(`${server.url}/elsewhere`)).rejects.toThrowError("404");
  });
});

describe("a shutdown", () => {
  it("is announced, gives time to finish, and closes with 1001", async () => {
    await using server = await startScriptedServer({}, { limits: { shutdownMs: 200 } });
    const finishing = await WsClient.connect(server.url);
    const staying = await WsClient.connect(server.url);
    await staying.next("session.created");
    const closed = server.close();
    expect((await staying.next("session.going_away")).time_left_ms).toBe(200);
    await finishing.next("session.going_away");
    finishing.send({ type: "session.close" });
    expect((await finishing.closed()).code).toBe(1000);
    expect(await staying.closed()).toEqual({ code: 1001, reason: "going_away" });
    await closed;
    await expect(WsClient.connect(server.url)).rejects.toThrowError("ECONNREFUSED");
    await server.close();
  });

  it("does not wait for a client that never answers", async () => {
    await using server = await startScriptedServer({}, { limits: { handshakeTimeoutMs: 200 } });
    const client = await WsClient.connect(server.url);
    await client.next("session.created");
    client.socket.pause();
    await server.close();
    expect(server.engine.open).toEqual([]);
    client.socket.terminate();
  });
});
