import { describe, expect, it } from "vitest";
import { CLOSE_CODES } from "../../../src/protocol/mod.ts";
import { picture, startScriptedServer } from "../../support/server.ts";
import { WsClient } from "../../support/ws-client.ts";

const jpeg = await picture();

describe("a client that sends more than its budget", () => {
  it("loses nothing, but is read no faster, and another client does not wait for it", async () => {
    await using server = await startScriptedServer({}, { limits: { maxMessagesPerSecond: 50 } });
    const good = await WsClient.connect(server.url);
    const flood = await WsClient.connect(server.url);
    await flood.next("session.created");
    const startedAt = performance.now();
    for (let i = 0; i < 200; i++) flood.socket.send("x");
    flood.ask("still there?");
    good.ask("still there?");
    await good.next("response.done");
    expect(flood.all("error").length).toBeLessThan(200);
    await flood.next("response.done");
    expect(flood.all("error").map(({ error }) => error.code)).toEqual(Array(200).fill("invalid_json"));
    // 25 messages at once, then 50 a second. Later is fine.
    expect(performance.now() - startedAt).toBeGreaterThan(3400);
  });

  it("waits for its bytes, too", async () => {
    await using server = await startScriptedServer({}, { limits: { maxBytesPerSecond: 100_000 } });
    const client = await WsClient.connect(server.url);
    const startedAt = performance.now();
    for (let i = 0; i < 10; i++) client.socket.send(Buffer.alloc(50_000));
    client.ask("still there?");
    await client.next("response.done");
    expect(client.all("input_video_frame.dropped")).toHaveLength(10);
    expect(performance.now() - startedAt).toBeGreaterThan(2900);
  });

  it("pays for long texts and for pings", async () => {
    await using server = await startScriptedServer({}, { limits: { maxMessagesPerSecond: 50 } });
    const client = await WsClient.connect(server.url);
    const startedAt = performance.now();
    client.socket.send("[".repeat(60_000));
    let pongs = 0;
    client.socket.on("pong", () => pongs++);
    for (let i = 0; i < 100; i++) client.socket.ping();
    client.ask("still there?");
    await client.next("response.done");
    expect(pongs).toBe(100);
    expect(performance.now() - startedAt).toBeGreaterThan(2600);
  });

  it("is closed with 4420 when it never stops, and the code is in the documentation", async () => {
    const limits = { maxMessagesPerSecond: 100, maxBehindMs: 1000 };
    await using server = await startScriptedServer({}, { limits });
    const client = await WsClient.connect(server.url);
    const flood = setInterval(() => {
      for (let i = 0; i < 20; i++) client.socket.send("x");
    }, 20);
    const closed = await client.closed();
    clearInterval(flood);
    expect(closed).toEqual({ code: CLOSE_CODES.too_many_messages.code, reason: "too_many_messages" });
    expect(client.all("error").at(-1)!.error).toMatchObject({ code: "too_many_messages", fatal: true });
  });

  it("is not closed for pongs that the server has not read yet", async () => {
    const limits = { maxMessagesPerSecond: 20, heartbeatMs: 100 };
    await using server = await startScriptedServer({}, { limits });
    const client = await WsClient.connect(server.url);
    for (let i = 0; i < 60; i++) client.socket.send("x");
    client.ask("still there?");
    await client.next("response.done");
  });

  it("is told when it asks too much, and may ask again later", async () => {
    await using server = await startScriptedServer({}, { limits: { maxQuestionsPerSecond: 10 } });
    const client = await WsClient.connect(server.url);
    const startedAt = performance.now();
    let asked = 0;
    for (; client.all("error").length < 3; asked++) {
      client.ask("still there?", String(asked));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(client.all("error").map(({ error }) => error.code)).toEqual(Array(3).fill("too_many_questions"));
    while (client.all("response.done").length < 20) {
      client.ask("still there?", String(asked++));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const seconds = (performance.now() - startedAt) / 1000;
    expect(client.all("response.created").length).toBeLessThanOrEqual(9 + 10 * seconds);
  });

  it("is one that does so for long: a camera of 30 frames a second after a stall of ten seconds is not", async () => {
    await using server = await startScriptedServer();
    const camera = await WsClient.connect(server.url);
    await camera.next("session.created");
    for (let seq = 0; seq < 300; seq++) camera.frame(jpeg, seq, seq * 33);
    camera.ask("still there?");
    await camera.next("response.done");
    camera.send({ type: "session.close" });
    expect((await camera.next("session.closed")).totals.frames_in).toBe(300);
  });
});
