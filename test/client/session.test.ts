import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import {
  ClientError,
  connect,
  type ServerEvent,
  type SocketClass,
  ThinkalongClient,
} from "../../client/lib/mod.ts";
import { nextAfter } from "../../client/lib/server/endings.ts";
import { CLOSE_CODES, SERVER_EVENTS } from "../../src/protocol/mod.ts";
import type { Script } from "../support/scripted-engine.ts";
import { picture, startScriptedServer, until } from "../support/server.ts";
import { TcpProxy } from "../support/tcp-proxy.ts";
import { secretOf, startGuardedServer } from "../support/tokens.ts";

/** Whatever a test hears is checked against its schema, as a client may do for itself. */
const validate = (event: ServerEvent) => void SERVER_EVENTS[event.type].strict().parse(event);
const retry = { firstMs: 40, mostMs: 200 };
const usual = { validate, retry };
const limits = { maxConnectionsPerSecond: 1000, maxBytesPerSecond: 256 * 1024 * 1024 };
const script: Script = { answer: () => "two cars have left the yard", pauseMs: 2 };

const logged = (events: readonly ServerEvent[]) => events.filter(({ event_id }) => !event_id.includes("."));
const ofType = <T extends ServerEvent["type"]>(events: readonly ServerEvent[], type: T) =>
  events.filter((event): event is Extract<ServerEvent, { type: T }> => event.type === type);
const numbers = (events: readonly ServerEvent[]) => logged(events).map(({ event_id }) => event_id);
const inOrder = (count: number) => Array.from({ length: count }, (_, i) => `event_${i}`);

/** The WebSockets that programs have: that of the package ws, and that of Node 22 and later. */
const sockets: [name: string, WebSocket: SocketClass][] = [
  ["ws", WebSocket as unknown as SocketClass],
  ...("WebSocket" in globalThis
    ? [["this Node", globalThis.WebSocket as unknown as SocketClass] as [string, SocketClass]]
    : []),
];

describe.each(sockets)("a session over the WebSocket of %s", (_name, WebSocketClass) => {
  it("sends pictures, hears thoughts and an answer, and ends with the totals", async () => {
    await using server = await startScriptedServer(script);
    const session = await connect(server.url, { ...usual, WebSocket: WebSocketClass });
    const heard: ServerEvent[] = [];
    const listening = (async () => {
      for await (const event of session) heard.push(event);
    })();
    const thoughts: string[] = [];
    session.on("response.reasoning_text.done", ({ text }) => thoughts.push(text));
    const [jpeg, other] = await Promise.all([picture("jpeg"), picture("jpeg", { colour: "#993366" })]);
    for (let i = 0; i < 4; i++) {
      session.sendFrame(i % 2 ? new Blob([new Uint8Array(other)]) : jpeg, { mediaTimeMs: 100 * i });
      // Those that come while one is decoded may be dropped.
      await until("it was looked at", () => server.engine.opened[0]?.frames.length === i + 1);
    }
    await until("thoughts", () => thoughts.length > 1);
    const answer = session.ask("how many cars have left?");
    const pieces: string[] = [];
    for await (const piece of answer) pieces.push(piece);
    const whole = await answer.whole;
    expect(whole).toMatchObject({
      text: "two cars have left the yard",
      status: "completed",
      mediaTimeMs: 300,
    });
    expect(pieces.length).toBeGreaterThan(1);
    expect(pieces.join("")).toBe(whole.text);

    expect(await session.close()).toMatchObject({
      reason: "completed",
      error: null,
      totals: { frames_in: 4 },
    });
    await listening;
    expect(numbers(heard)).toEqual(inOrder(logged(heard).length));
    expect(heard.at(-1)?.type).toBe("session.closed");
    expect(server.engine.opened[0]?.frames.map(({ seq, mediaTimeMs }) => [seq, mediaTimeMs])).toEqual(
      [0, 1, 2, 3].map((i) => [i, 100 * i]),
    );
    expect(() => session.ask("and now?")).toThrowError(ClientError);
  });

  it("says nothing twice and loses nothing when its connection breaks again and again", async () => {
    await using server = await startScriptedServer(script, { limits });
    await using proxy = await TcpProxy.start(server.url);
    const session = await connect(proxy.url, { ...usual, WebSocket: WebSocketClass, settings: { seed: 7 } });
    const heard: ServerEvent[] = [];
    const seen: ServerEvent[] = [];
    session.on("event", (event) => heard.push(event));
    const witness = await connect(server.url, { ...usual, stream: session.info!.id });
    witness.on("event", (event) => seen.push(event));
    const jpegs = await Promise.all(["#336699", "#993366"].map((colour) => picture("jpeg", { colour })));
    const answers = [];
    for (let i = 0; i < 40; i++) {
      session.sendFrame(jpegs[i % 2]!, { mediaTimeMs: 100 * i });
      await sleep(10);
      if (i % 10 === 4) {
        await Promise.all(answers.slice(0, -2)); // four may be open at once
        // Nobody knows whether this one comes through.
        await until("it is connected", () => session.state.phase === "open");
        answers.push(session.ask(`question ${i}`).whole);
        proxy.cut();
        answers.push(session.ask(`asked away ${i}`).whole);
      }
    }
    for (const { text } of await Promise.all(answers)) expect(text).toBe("two cars have left the yard");
    await session.close();
    await witness.closed;
    expect(numbers(heard)).toEqual(numbers(seen));
    const asked = ofType(heard, "response.created").flatMap(({ response }) => response.question ?? []);
    expect([...asked].sort()).toEqual(
      [4, 14, 24, 34].flatMap((i) => [`question ${i}`, `asked away ${i}`]).sort(),
    );
    expect(ofType(heard, "session.resumed").length).toBeGreaterThanOrEqual(4);
    expect(server.engine.opened).toHaveLength(1);
    expect(session.info?.seed).toBe(7);
    const { sent, skipped } = session.frames;
    expect(sent + skipped).toBe(40);
  });

  it("is let in with a token, and told when that is wrong", async () => {
    const tokens = [
      { name: "all", scopes: ["watch", "ask", "push"] },
      { name: "door", scopes: ["watch"], streams: ["door"] },
    ];
    await using server = await startGuardedServer(tokens, { limits });
    const options = { ...usual, WebSocket: WebSocketClass };
    const session = await connect(server.url, { ...options, token: secretOf("all") });
    const ticketed = await connect(server.url, {
      ...options,
      stream: session.info!.id,
      ticket: async () => {
        const headers = { authorization: `Bearer ${secretOf("all")}` };
        const answer = await fetch(`${server.url}/v1/tickets`, { method: "POST", headers });
        return ((await answer.json()) as { ticket: string }).ticket;
      },
    });
    expect(ticketed.info).toMatchObject({ role: "watch", id: session.info!.id });
    for (const token of [undefined, "wrong-0123456789abcdef"])
      await expect(connect(server.url, { ...options, ...(token && { token }) })).rejects.toMatchObject({
        name: "ClientError",
        code: "unauthorized",
        status: 401,
      });
    await server.change(tokens.slice(1));
    expect(await session.closed).toMatchObject({ reason: "unauthorized", error: { code: "unauthorized" } });
  });
});

describe("a session", () => {
  it("begins anew on a server that was started again, with its settings, and says what is lost", async () => {
    const first = await startScriptedServer({ ...script, isHeldOpen: () => true }, { limits });
    const session = await connect(first.url, { ...usual, settings: { temperature: 0.5 } });
    const created: string[] = [];
    session.on("session.created", ({ session: { id } }) => created.push(id));
    session.sendFrame(await picture("jpeg"), { mediaTimeMs: 0 });
    const lost = session.ask("what is lost?");
    await until("the answer has begun", () => first.engine.opened[0]?.totals.framesIn === 1);
    const port = Number(new URL(first.url).port);
    await first[Symbol.asyncDispose]();
    await expect(lost.whole).rejects.toMatchObject({ code: "session_lost" });
    const kept = session.ask("what is moving?");
    await using _second = await startScriptedServer(script, { limits, port });
    expect((await kept.whole).text).toBe("two cars have left the yard");
    expect(created).toHaveLength(1);
    expect(session.info?.temperature).toBe(0.5);
  });

  it("watches a stream from its beginning, and says that it has ended", async () => {
    await using server = await startScriptedServer(script, { limits });
    const owner = await connect(server.url, usual);
    for (const i of [0, 1, 2, 3]) owner.sendFrame(await picture("jpeg", { colour: `#${i}0${i}0${i}0` }));
    await owner.ask("what was seen?").whole;
    const watcher = await connect(server.url, { ...usual, stream: owner.info!.id });
    const heard: ServerEvent[] = [];
    for await (const event of watcher) {
      heard.push(event);
      if (event.type === "response.output_text.done") owner.leave();
    }
    expect(numbers(heard)).toEqual(inOrder(logged(heard).length));
    expect(await watcher.closed).toMatchObject({ reason: "left", error: null });
    expect(() => watcher.sendFrame(new Uint8Array(1))).toThrowError(/session is over/);
    await expect(connect(server.url, { ...usual, stream: "shed" })).rejects.toMatchObject({
      code: "stream_not_found",
    });
  });

  it("has the name that it was given, and gets it back on a server that was started again", async () => {
    const first = await startScriptedServer(script, { limits });
    const door = { ...usual, name: "door" };
    const session = await connect(first.url, door);
    expect(session.info?.id).toBe("door");
    await expect(connect(first.url, door)).rejects.toMatchObject({ code: "stream_exists" });
    const port = Number(new URL(first.url).port);
    await first[Symbol.asyncDispose]();
    await using server = await startScriptedServer(script, { limits, port });
    expect((await session.ask("what is moving?").whole).status).toBe("completed");
    const watcher = await connect(server.url, { ...usual, stream: "door" });
    expect(() => watcher.sendFrame(new Uint8Array(1))).toThrowError(
      /watches door, so it can send no pictures/,
    );
  });

  it("goes on where it was after a server that had no place for it", async () => {
    await using server = await startScriptedServer(script, { limits: { ...limits, maxWatchers: 1 } });
    await using proxy = await TcpProxy.start(server.url);
    const owner = await connect(server.url, usual);
    await owner.ask("what was seen?").whole;
    const watcher = await connect(proxy.url, { ...usual, stream: owner.info!.id });
    const [heard, states] = [[], []] as [ServerEvent[], (string | undefined)[]];
    watcher.on("event", (event) => heard.push(event));
    watcher.on("state", ({ error }) => states.push(error?.code));
    await until("what was before", () => heard.some(({ type }) => type === "response.done"));
    proxy.down();
    // Its place is free when the server has seen that it is gone.
    const other = new ThinkalongClient(server.url).open({ ...usual, stream: owner.info!.id });
    await until("another one watches", () => other.state.phase === "open");
    proxy.up();
    await until("it is refused", () => states.includes("too_many_watchers"));
    other.leave();
    await until("it watches again", () => watcher.state.phase === "open");
    await owner.close();
    await watcher.closed;
    expect(numbers(heard)).toEqual(inOrder(logged(heard).length));
    expect(ofType(heard, "error")).toEqual([]);
  });

  it("tells that what answers is no thinkalong server", async () => {
    const other = createServer((_, response) => response.end("<p>a camera's own page</p>"));
    const sockets = new WebSocketServer({ server: other, path: "/v1/stream" });
    sockets.on("connection", (socket) => socket.send("welcome"));
    await once(other.listen(0, "127.0.0.1"), "listening");
    onTestFinished(() => {
      sockets.close();
      for (const socket of sockets.clients) socket.terminate();
      other.close();
    });
    const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
    await expect(connect(url, usual)).rejects.toMatchObject({
      code: "bad_answer",
      message: expect.stringContaining("welcome"),
    });
    await expect(new ThinkalongClient(url).streams.list()).rejects.toMatchObject({
      code: "bad_answer",
      status: 200,
    });
  });

  it("tells a gap, and that an answer may have been in it", async () => {
    const long = "word ".repeat(400).trim();
    await using server = await startScriptedServer(
      { answer: () => long, pauseMs: 1 },
      { limits: { ...limits, maxLogBytes: 16 * 1024 } },
    );
    await using proxy = await TcpProxy.start(server.url);
    const session = await connect(proxy.url, usual);
    const gaps: ServerEvent[] = [];
    session.on("session.gap", (event) => gaps.push(event));
    const answer = session.ask("tell me all");
    for await (const _ of answer) break;
    proxy.down();
    await until("the answer is complete", () => server.engine.opened[0]?.totals.answers === 1);
    proxy.up();
    await expect(answer.whole).rejects.toMatchObject({ code: "events_missed" });
    expect(gaps).toHaveLength(1);
    expect((await session.ask("and now?").whole).text).toBe(long);
  });

  it("stops an answer by its signal, at the server too", async () => {
    await using server = await startScriptedServer({ ...script, isHeldOpen: () => true });
    const session = await connect(server.url, usual);
    const stop = new AbortController();
    const answer = session.ask("tell me all", { signal: stop.signal });
    const read = (async () => {
      for await (const _ of answer) stop.abort(new Error("enough"));
    })();
    await expect(read).rejects.toThrowError("enough");
    await expect(answer.whole).rejects.toThrowError("enough");
    const done = await new Promise<ServerEvent>((resolve) => session.on("response.done", resolve));
    expect(done).toMatchObject({ response: { status: "cancelled" } });
    expect(() => session.ask("more", { signal: stop.signal })).toThrowError("enough");
  });

  it("tells why a question or a setting is refused", async () => {
    await using server = await startScriptedServer(script);
    const session = await connect(server.url, usual);
    await expect(session.update({ fps: 4000 })).rejects.toMatchObject({
      code: "out_of_range",
      param: "session.fps",
    });
    expect(await session.update({ fps: 2 })).toMatchObject({ fps: 2 });
    expect(session.info).toMatchObject({ fps: 2, role: "own" });
    const long = session.ask("one two three four five six seven eight nine");
    await expect(long.whole).rejects.toMatchObject({ code: "question_too_long" });
  });

  it("drops the oldest picture when the network is behind, counts it and tells it", async () => {
    await using server = await startScriptedServer(script, { limits });
    await using proxy = await TcpProxy.start(server.url);
    const session = await connect(proxy.url, { ...usual, settings: { fps: 10 } });
    const skipped: number[] = [];
    session.on("skipped", ({ mediaTimeMs, reason }) => {
      expect(reason).toBe("behind");
      skipped.push(mediaTimeMs);
    });
    // Larger than what the kernel takes for a connection that nobody reads.
    const jpeg = await picture("jpeg");
    const large = Buffer.concat([jpeg, Buffer.alloc(3 * 1024 * 1024)]);
    proxy.stand();
    const { max_inflight } = session.info!.limits;
    for (let i = 0; i < 20; i++) {
      session.sendFrame(large, { mediaTimeMs: 100 * i });
      await sleep(2);
    }
    const { sent, waiting } = session.frames;
    expect(waiting).toBe(max_inflight);
    expect(sent + waiting + skipped.length).toBe(20);
    expect(skipped.length).toBeGreaterThan(5);
    expect(skipped).toEqual(Array.from(skipped, (_, i) => 100 * (sent + i)));
    proxy.flow();
    await until("the newest picture", () => server.engine.opened[0]?.frames.at(-1)?.mediaTimeMs === 1900);
    expect(session.frames).toMatchObject({ waiting: 0, skipped: skipped.length });
  });

  it("does not send what is larger than the server takes", async () => {
    await using server = await startScriptedServer(script, { limits: { maxFrameBytes: 2048 } });
    const session = await connect(server.url, usual);
    const skipped = new Promise((resolve) => session.on("skipped", resolve));
    session.sendFrame(new Uint8Array(4096), { mediaTimeMs: 5 });
    expect(await skipped).toEqual({ mediaTimeMs: 5, reason: "too_large" });
    expect((await session.ask("is it open?").whole).status).toBe("completed");
  });

  it("ends a loop that is too slow, and no other", async () => {
    await using server = await startScriptedServer(script);
    const session = await connect(server.url, { ...usual, mostWaitingEvents: 5 });
    const loop = session[Symbol.asyncIterator]();
    expect((await session.ask("what is moving?").whole).status).toBe("completed");
    await expect(loop.next()).rejects.toMatchObject({ code: "too_slow" });
    expect((await session.ask("what is moving?").whole).status).toBe("completed");
  });

  it("tells at once that no server is there, or goes on trying", async () => {
    await expect(connect("http://127.0.0.1:1", usual)).rejects.toMatchObject({ code: "connection_failed" });
    const port = await (async () => {
      await using server = await startScriptedServer();
      return Number(new URL(server.url).port);
    })();
    const session = new ThinkalongClient(`ws://127.0.0.1:${port}`).open(usual);
    const phases: string[] = [];
    session.on("state", ({ phase }) => phases.push(phase));
    await until("a second attempt", () => phases.filter((phase) => phase === "waiting").length === 2);
    await using _server = await startScriptedServer(script, { port });
    await until("the session", () => session.state.phase === "open");
    expect(phases.slice(0, 3)).toEqual(["connecting", "waiting", "connecting"]);
    session.leave();
    expect(await session.closed).toMatchObject({ reason: null, error: null });
  });

  it("hears an event that is not valid, and ends", async () => {
    await using server = await startScriptedServer(script);
    const session = await connect(server.url, {
      retry,
      validate: ({ type }) => {
        if (type === "response.created") throw new Error("no such event");
      },
    });
    await expect(session.ask("what is moving?").whole).rejects.toMatchObject({ code: "bad_answer" });
    expect((await session.closed).error?.cause).toMatchObject({ message: "no such event" });
  });
});

it("knows what to do after every way in which a connection ends", () => {
  const ends = Object.entries(CLOSE_CODES).map(([name, { code }]) => [name, nextAfter(code, null)] as const);
  const named = (next: string) => ends.filter(([, found]) => found === next).map(([name]) => name);
  expect(named("anew")).toEqual(["failed", "resume_failed"]);
  // `going_away` without `session.closed` is that of a proxy or a reloaded page: the session is there still.
  expect(named("again")).toEqual([
    "going_away",
    "stream_exists",
    "slow_reader",
    "too_many_sessions",
    "too_many_watchers",
  ]);
  expect(named("over").length).toBe(ends.length - 7);
});
