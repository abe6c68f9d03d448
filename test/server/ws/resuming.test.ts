import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { CLOSE_CODES, type ServerEvent } from "../../../src/protocol/mod.ts";
import { logged, PersistentClient } from "../../support/persistent-client.ts";
import { random } from "../../support/random.ts";
import { picture, startScriptedServer, until } from "../../support/server.ts";
import { WsClient } from "../../support/ws-client.ts";

const jpeg = await picture();

const ids = (events: readonly ServerEvent[]) => logged(events).map(({ event_id }) => event_id);
const sessions = async (url: string) =>
  ((await (await fetch(`${url}/readyz`)).json()) as { sessions: number }).sessions;
const resume = (url: string, token: string, after?: string) =>
  WsClient.connect(url, { query: { resume: token, ...(after === undefined ? {} : { after }) } });
const tokenOf = async (client: WsClient) => (await client.next("session.created")).session.resume!.token;

describe("a session whose connection is lost", () => {
  it.each([1, 2, 3])("tells every event exactly once, however often that happens (seed %i)", async (seed) => {
    const below = random(seed);
    const words = "a b c d e f g h i j";
    await using server = await startScriptedServer(
      { thought: (unit) => `${unit} ${words}`, answer: () => words, pauseMs: 1 },
      { limits: { maxConnectionsPerSecond: 1000 } },
    );
    const owner = await PersistentClient.connect(server.url);
    const witness = await WsClient.connect(server.url, { query: { stream: "session_0" } });
    await witness.next("session.created");
    let sent = 0;
    for (let round = 0; round < 15; round++) {
      for (const end = sent + below(4); sent < end; sent++) {
        owner.client.frame(jpeg, sent, 100 * sent);
        await until("the frame", () => server.engine.opened[0]?.frames.length === sent + 1);
      }
      if (below(3) === 0) owner.client.ask(`question ${round}`);
      const before = owner.client.events.length;
      const more = below(12);
      await Promise.race([
        until("events", () => owner.client.events.length >= before + more),
        sleep(10 + below(20)),
      ]);
      const last = await owner.lose();
      if (below(2) === 0) await sleep(below(20));
      // Some lose the new connection before anything has come.
      await owner.resume(last);
      if (below(4) === 0) await owner.resume(await owner.lose());
    }
    owner.client.send({ type: "session.close" });
    expect((await owner.client.closed()).code).toBe(CLOSE_CODES.completed.code);
    await witness.closed();
    expect(logged(owner.events)).toEqual(logged(witness.events));
    expect(ids(owner.events)).toEqual(ids(owner.events).map((_, i) => `event_${i}`));
    const all = owner.events.map(({ event_id }) => event_id);
    expect(new Set(all).size, "no id comes twice").toBe(all.length);
    expect(server.engine.opened).toHaveLength(1);
  });

  it("keeps its settings, and its stream thinks on about what had come", async () => {
    await using server = await startScriptedServer({ pauseMs: 20 });
    const first = await WsClient.connect(server.url);
    const token = await tokenOf(first);
    first.send({ type: "session.update", session: { fps: 5, stats_interval_ms: 60_000 } });
    await first.next("session.updated");
    for (const seq of [0, 1]) {
      first.frame(jpeg, seq, 200 * seq);
      await until("the frame", () => server.engine.opened[0]?.frames.length === seq + 1);
    }
    const { event_id } = await first.next("response.created");
    first.socket.terminate();
    await sleep(200);
    const second = await resume(server.url, token, event_id);
    const resumed = await second.next("session.resumed");
    expect(resumed.session).toMatchObject({
      id: "session_0",
      fps: 5,
      stats_interval_ms: 60_000,
      role: "own",
      resume: { token },
    });
    expect(second.events[0]).toBe(resumed);
    await second.next("response.done");
    expect(second.all("response.created")).toEqual([]);
    second.ask("still there?");
    await second.next("response.output_text.done");
    expect(server.engine.opened).toHaveLength(1);
  });

  it("is told everything that is held when it names no event", async () => {
    await using server = await startScriptedServer();
    const first = await WsClient.connect(server.url);
    const token = await tokenOf(first);
    first.ask("what?");
    await first.next("response.done");
    first.socket.terminate();
    const second = await resume(server.url, token);
    await second.next("response.done");
    expect(logged(second.events)).toEqual(logged(first.events));
  });

  it("is told of a gap where the log no longer holds what it asks for, and can go on from there", async () => {
    const text = Array(30).fill("word").join(" ");
    await using server = await startScriptedServer(
      { answer: () => text },
      { limits: { maxLogBytes: 2_000 } },
    );
    const first = await WsClient.connect(server.url);
    const token = await tokenOf(first);
    first.ask("one?");
    const { event_id: seen } = await first.next("response.created");
    first.ask("two?");
    await until("both answers", () => first.all("response.done").length === 2);
    first.socket.terminate();
    const second = await resume(server.url, token, seen);
    const hasLast = (client: WsClient) => ids(client.events).at(-1) === ids(first.events).at(-1);
    await until("the rest", () => hasLast(second));
    const [, gap, ...rest] = second.events;
    expect(gap).toMatchObject({ type: "session.gap", after: seen });
    const upTo = gap!.type === "session.gap" ? gap!.up_to : "";
    const all = ids(first.events);
    expect(ids(rest)).toEqual(all.slice(all.indexOf(upTo) + 1));
    second.socket.terminate();
    // Somebody who has seen the gap and nothing after it gets what followed, and no gap again.
    const third = await resume(server.url, token, gap!.event_id);
    await until("the rest again", () => hasLast(third));
    expect(third.all("session.gap")).toEqual([]);
    expect(ids(third.events)).toEqual(ids(rest));
  });

  it("takes over from a socket that still seems to be open, which is closed with 4409", async () => {
    await using server = await startScriptedServer();
    const first = await WsClient.connect(server.url, { autoPong: false });
    const token = await tokenOf(first);
    const second = await resume(server.url, token);
    await second.next("session.resumed");
    expect(await first.closed()).toEqual({ code: 4409, reason: "replaced" });
    second.ask("still there?");
    await second.next("response.done");
    expect(first.all("session.closed")).toEqual([]);
    expect(await sessions(server.url)).toBe(1);
  });

  it.each([
    ["answers no pings", { autoPong: false }],
    ["stands still", {}],
  ])("goes on when its client %s", async (_what, options) => {
    await using server = await startScriptedServer({}, { limits: { heartbeatMs: 50 } });
    const first = await WsClient.connect(server.url, options);
    const token = await tokenOf(first);
    if (!("autoPong" in options)) {
      first.socket.pause();
      await sleep(200);
      first.socket.resume();
    }
    expect(await first.closed()).toEqual({ code: 4410, reason: "slow_reader" });
    expect(first.events.at(-1)).toMatchObject({
      type: "error",
      error: { code: "slow_reader", fatal: false },
    });
    const second = await resume(server.url, token, first.events.at(-1)!.event_id);
    await second.next("session.resumed");
  });

  it("goes on after a reload of its page (1001), and ends when its client leaves", async () => {
    await using server = await startScriptedServer();
    const first = await WsClient.connect(server.url);
    const token = await tokenOf(first);
    first.socket.close(1001);
    await first.closed();
    const second = await resume(server.url, token);
    await second.next("session.resumed");
    second.socket.close();
    await second.closed();
    await until("the server has noticed", () => second.socket.readyState === second.socket.CLOSED);
    const third = await resume(server.url, token);
    expect((await third.next("error")).error).toMatchObject({ code: "resume_failed", fatal: true });
    expect(await third.closed()).toEqual({ code: 4440, reason: "resume_failed" });
  });

  it("gives the end of a session that ended while its client was away", async () => {
    await using server = await startScriptedServer({ answer: () => "a b c d e", pauseMs: 20 });
    const first = await WsClient.connect(server.url);
    const token = await tokenOf(first);
    first.ask("what?");
    first.send({ type: "session.close" });
    const { event_id } = await first.next("response.created");
    first.socket.terminate();
    await until("its stream has ended", () => server.engine.open.length === 0);
    expect(await sessions(server.url)).toBe(0);
    const second = await resume(server.url, token, event_id);
    expect(await second.closed()).toEqual({ code: 1000, reason: "completed" });
    expect(second.events.at(-1)).toMatchObject({ type: "session.closed", reason: "completed" });
    expect(second.all("response.output_text.done")[0]?.text).toBe("a b c d e");
  });

  it("ends when the window has passed, which whoever watches is told", async () => {
    await using server = await startScriptedServer({}, { limits: { resumeWindowMs: 100 } });
    const first = await WsClient.connect(server.url);
    const token = await tokenOf(first);
    first.ask("what?");
    await first.next("response.done");
    const witness = await WsClient.connect(server.url, { query: { stream: "session_0" } });
    await witness.next("session.created");
    first.socket.terminate();
    expect(await witness.closed()).toEqual({ code: 4441, reason: "not_resumed" });
    expect(witness.events.at(-1)).toMatchObject({ type: "session.closed", reason: "not_resumed" });
    expect(server.engine.open).toEqual([]);
    const late = await resume(server.url, token);
    expect((await late.closed()).code).toBe(4440);
  });

  it("ends at once where sessions do not wait", async () => {
    await using server = await startScriptedServer({}, { limits: { resumeWindowMs: 0 } });
    const client = await WsClient.connect(server.url);
    expect((await client.next("session.created")).session.resume).toBeNull();
    client.ask("what?");
    await client.next("response.created");
    client.socket.terminate();
    await until("its stream is closed", () => server.engine.open.length === 0);
  });

  it("gives its place to somebody else on a full server, the one first that is away longest", async () => {
    await using server = await startScriptedServer({}, { limits: { maxSessions: 2 } });
    const [one, two] = [await WsClient.connect(server.url), await WsClient.connect(server.url)];
    const [tokenOne, tokenTwo] = [await tokenOf(one), await tokenOf(two)];
    expect((await fetch(`${server.url}/readyz`)).status).toBe(503);
    two.socket.terminate();
    await until("two is away", () => two.socket.readyState === two.socket.CLOSED);
    await sleep(50);
    one.socket.terminate();
    await sleep(50);
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
    const three = await WsClient.connect(server.url);
    await three.next("session.created");
    expect((await (await resume(server.url, tokenTwo)).closed()).code).toBe(4440);
    await (await resume(server.url, tokenOne)).next("session.resumed");
    const four = await WsClient.connect(server.url);
    expect((await four.next("error")).error.code).toBe("too_many_sessions");
  });

  it("has the budget that it had: coming back gains nothing", async () => {
    await using server = await startScriptedServer(
      {},
      { limits: { maxMessagesPerSecond: 20, maxConnectionsPerSecond: 1000 } },
    );
    const owner = await PersistentClient.connect(server.url);
    const startedAt = performance.now();
    const answered = () => owner.events.filter(({ type }) => type === "error").length;
    for (let round = 0; round < 6; round++) {
      const before = answered();
      for (let i = 0; i < 10; i++) owner.client.socket.send("x");
      await until("all were read", () => answered() === before + 10);
      await owner.resume(await owner.lose());
    }
    // 10 at once, then 20 a second: with a new budget each time, all 60 would be read at once.
    expect(performance.now() - startedAt).toBeGreaterThan(2_000);
  });

  it.each(["", "x", "u8lQ2bWm0Xn1yQZr5cTtNA", "%00", "a".repeat(5000)])(
    "is nobody's who has a wrong token (%#)",
    async (token) => {
      await using server = await startScriptedServer();
      const owner = await WsClient.connect(server.url);
      await owner.next("session.created");
      const thief = await resume(server.url, token);
      expect((await thief.next("error")).error).toMatchObject({ code: "resume_failed", fatal: true });
      expect((await thief.closed()).code).toBe(4440);
      expect(owner.socket.readyState).toBe(owner.socket.OPEN);
    },
  );

  it("does not hold up a shutdown while it waits", async () => {
    await using server = await startScriptedServer({ pauseMs: 10_000 });
    const client = await WsClient.connect(server.url);
    client.ask("what?");
    await client.next("response.created");
    client.socket.terminate();
    await client.closed();
    await sleep(20);
    expect(server.engine.open).toHaveLength(1);
    const startedAt = performance.now();
    await server.close();
    expect(performance.now() - startedAt).toBeLessThan(3_000);
    expect(server.engine.open).toEqual([]);
  });
});
