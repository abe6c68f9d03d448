import { mkdir, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  eventFilter,
  type SinkEntry,
  SinkProblems,
  Sinks,
  type SinksOptions,
  TOLD,
} from "../../src/sinks/mod.ts";
import type { ListenedStream } from "../../src/streams/mod.ts";
import { makeTempDir } from "../support/media.ts";
import { alert, KeptLog, notice } from "../support/notices.ts";
import { picture, startScriptedServer, until } from "../support/server.ts";
import { type WebhookAnswer, WebhookReceiver } from "../support/webhook-receiver.ts";
import { WsClient } from "../support/ws-client.ts";

let dir: Awaited<ReturnType<typeof makeTempDir>>;
let path: string;
beforeEach(async () => {
  dir = await makeTempDir();
  path = join(dir.path, "said.jsonl");
});
afterEach(() => dir.remove());

/** A server with sinks, and a client with a stream on which alerts can be raised. */
async function underWay(entries: Record<string, SinkEntry>, options: Partial<SinksOptions> = {}) {
  const kept = new KeptLog();
  const sinks = new Sinks({ log: kept.log, waits: { firstMs: 20, mostMs: 50 }, drainMs: 5000, ...options });
  await sinks.load(new Map(Object.entries(entries)));
  const streams: ListenedStream[] = [];
  const listeners = [(stream: ListenedStream) => void streams.push(stream), sinks.listener];
  const server = await startScriptedServer({ answer: () => "one car" }, { listeners });
  const client = await WsClient.connect(server.url);
  await client.next("session.created");
  return {
    sinks,
    kept,
    client,
    raise: (message: string, stream = streams[0]!) => stream.raise(alert(message)),
    load: (changed: Record<string, SinkEntry>) => sinks.load(new Map(Object.entries(changed))),
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]();
      await sinks.close(5000);
    },
  };
}

const lines = async () =>
  (await readFile(path, "utf8"))
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line));

/** Lets the client see. A unit has two pictures; more at once would be dropped while one is decoded. */
async function think(client: WsClient, units: number): Promise<void> {
  const jpeg = await picture();
  for (let unit = 0; unit < units; unit++) {
    for (const seq of [2 * unit, 2 * unit + 1]) client.frame(jpeg, seq, seq * 100);
    await client.next("response.reasoning_text.done", (thought) => thought.unit === unit);
  }
}

describe("the sinks of a server", () => {
  it("are told what they ask for, and one that hangs disturbs neither clients nor the others", async () => {
    await using receiver = await WebhookReceiver.start();
    await using stuck = await WebhookReceiver.start(() => "hang");
    const hook = (url: string, more: Partial<SinkEntry> = {}): SinkEntry =>
      ({ type: "webhook", url, ...more }) as SinkEntry;
    {
      await using server = await underWay({
        phone: hook(receiver.url),
        stuck: hook(stuck.url, { events: ["thoughts", "session.stats"], timeout: 0.2 }),
        elsewhere: hook(receiver.url, { streams: ["door"] }),
        record: { type: "jsonl", path, events: [...TOLD] },
      });
      await think(server.client, 2);
      server.client.ask("how many cars?");
      await server.client.next("response.done", ({ response }) => response.kind === "answer");
      server.raise("a person enters");
      server.raise("a car stops");
      server.client.send({ type: "session.close" });
      await server.client.closed();
      await until("alerts are delivered", () => server.sinks.figures().phone!.delivered === 2);
      const { phone, elsewhere } = server.sinks.figures();
      expect(phone).toMatchObject({ delivered: 2, failed: 0, dropped: 0, waiting: 0 });
      expect(elsewhere).toMatchObject({ delivered: 0, waiting: 0 });
      expect(server.sinks.figures().stuck!.waiting).toBeGreaterThan(0);
      void server.sinks.close(300);
    }
    expect(receiver.messages).toEqual(["a person enters", "a car stops"]);
    const written = await lines();
    expect(written.map(({ event }) => event.type)).toEqual([
      "response.reasoning_text.done",
      "response.reasoning_text.done",
      "response.created",
      "response.output_text.done",
      "alert.raised",
      "alert.raised",
      "session.closed",
    ]);
    expect(written[2].event.response.question).toBe("how many cars?");
    expect(written[0]).toMatchObject({ stream: "session_0", kind: "session" });
    expect(Math.abs(Date.parse(written[0].heard_at) - Date.now())).toBeLessThan(60_000);
    expect(new Set(written.map(({ id }) => id)).size).toBe(written.length);
  });

  it("keep what waits when one is changed: it goes to the new address", async () => {
    await using gone = await WebhookReceiver.start(() => 500);
    await using receiver = await WebhookReceiver.start();
    await using server = await underWay({
      phone: { type: "webhook", url: gone.url },
      record: { type: "jsonl", path },
    });
    for (const each of ["one", "two", "three"]) server.raise(each);
    await until("it fails", () => gone.got.length > 1);
    await rename(path, `${path}.1`);
    expect(
      await server.load({ phone: { type: "webhook", url: receiver.url }, record: { type: "jsonl", path } }),
    ).toEqual({
      ...{ added: [], removed: [], changed: ["phone"], unchanged: ["record"] },
    });
    server.raise("four");
    await until("all are delivered", () => receiver.messages.length === 4);
    expect(receiver.messages).toEqual(["one", "two", "three", "four"]);
    expect(server.kept.deadLetters).toEqual([]);
    await until("the file was opened anew", () => server.sinks.figures().record!.delivered === 4);
    expect((await lines()).map(({ event }) => event.message)).toEqual(["four"]);

    expect(await server.load({})).toMatchObject({ removed: ["phone", "record"], unchanged: [] });
    server.raise("five");
    expect(server.sinks.figures()).toEqual({});
  });

  it("are tried again at a reload, also one whose receiver was gone for good", async () => {
    const answers: WebhookAnswer[] = [410];
    await using receiver = await WebhookReceiver.start((number) => answers[number] ?? 204);
    const entries: Record<string, SinkEntry> = { phone: { type: "webhook", url: receiver.url } };
    await using server = await underWay(entries);
    server.raise("one");
    await until("it is disabled", () => server.sinks.figures().phone!.disabled);
    server.raise("two");
    await server.load(entries);
    server.raise("three");
    await until("it is delivered", () => receiver.taken.length === 1);
    expect(receiver.messages).toEqual(["three"]);
  });

  it("are all as they were when one cannot be as it is given", async () => {
    await using receiver = await WebhookReceiver.start();
    const phone: SinkEntry = { type: "webhook", url: receiver.url };
    await using server = await underWay(
      { phone },
      { env: { SHORT: "short", LONG: "a long one of a webhook" } },
    );
    await mkdir(join(dir.path, "folder"));
    const wrong = server.load({
      a: { type: "webhook", url: receiver.url, secret_env: ["LONG", "NO_SUCH"] },
      b: { type: "webhook", url: receiver.url, secret_env: "SHORT" },
      c: { type: "jsonl", path: join(dir.path, "folder") },
      d: { type: "jsonl", path },
    });
    const error = await wrong.catch((error) => error);
    expect(error).toBeInstanceOf(SinkProblems);
    expect(error.problems).toMatchObject([
      { sink: "a", key: "secret_env", message: expect.stringMatching(/NO_SUCH is not set/) },
      { sink: "b", key: "secret_env", message: expect.stringMatching(/SHORT must have at least 16 bytes/) },
      { sink: "c", key: "path", message: expect.stringMatching(/EISDIR/) },
    ]);
    expect(Object.keys(server.sinks.figures())).toEqual(["phone"]);
    server.raise("still here");
    await until("it is delivered", () => receiver.messages.length === 1);
  });

  it("deliver what waits before they are closed, and report the rest", async () => {
    await using slow = await WebhookReceiver.start(() => ({ status: 200, afterMs: 30 }));
    await using stuck = await WebhookReceiver.start((number) => (number === 0 ? 200 : "hang"));
    const server = await underWay({
      slow: { type: "webhook", url: slow.url },
      stuck: { type: "webhook", url: stuck.url },
    });
    for (const each of ["one", "two", "three"]) server.raise(each);
    await server.sinks.close(400);
    await server[Symbol.asyncDispose]();
    expect(slow.messages).toEqual(["one", "two", "three"]);
    expect(server.kept.deadLetters.map(({ sink, event }) => [sink, event])).toMatchObject([
      ["stuck", { message: "two" }],
      ["stuck", { message: "three" }],
    ]);
  });
});

describe("which events a sink gets", () => {
  it("is said by groups, types and streams", () => {
    const { event } = notice(1);
    const gets = (events: Parameters<typeof eventFilter>[0]["events"], streams: string[] = []) =>
      eventFilter({ events, streams })("door", event);
    expect(gets(["alerts"])).toBe(true);
    expect(gets(["alert.raised"])).toBe(true);
    expect(gets(["thoughts", "states", "session.stats"])).toBe(false);
    expect(gets(["alerts"], ["yard", "door"])).toBe(true);
    expect(gets(["alerts"], ["yard"])).toBe(false);
  });
});
