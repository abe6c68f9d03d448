import { describe, expect, it, onTestFinished } from "vitest";
import type { History } from "../../../src/history/mod.ts";
import { HistoryStore } from "../../../src/history/store.ts";
import type { ServerOptions } from "../../../src/server/mod.ts";
import { useCameraClip } from "../../support/camera-clip.ts";
import { historyPath, kept, newHistory, writeAll } from "../../support/history.ts";
import { startScriptedServer } from "../../support/server.ts";
import { SseClient } from "../../support/sse-client.ts";
import { bearer, startGuardedServer } from "../../support/tokens.ts";

const camera = useCameraClip();

const HOUR = 3_600_000;
const now = Date.now();
const jpeg = new Uint8Array([0xff, 0xd8, 0xff, 1, 2, 3]);

/** A history with some thoughts of two cameras, in the last hours. */
async function filled(): Promise<History> {
  const path = await historyPath();
  const store = await HistoryStore.open(path);
  const counts = {
    ...{
      frames_in: 90,
      units: 40,
      units_unfamiliar: 0,
      thoughts: 30,
      skips: 10,
      answers: 1,
      reasoning_tokens: 30,
    },
    frames_dropped: { busy: 0, rate: 0, duplicate: 0, decode_error: 0 },
    skip_reasons: { nothing_new: 10, still: 0, repeated: 0, late: 0, limited: 0, unavailable: 0 },
  };
  const standing = { counts, recap: null, mediaMs: 60_000, wallMs: now - HOUR };
  writeAll(store, [
    ...Array.from({ length: 30 }, (_, i) =>
      kept("street", 4 * i, i % 2 === 0 ? `a red car ${i}` : `a dog ${i}`, { wallMs: now - 3 * HOUR + i }),
    ),
    kept("yard", 7, "a red car in the yard", { wallMs: now - 2 * HOUR }),
    kept("yard", 9, "gate: a person comes. A person.", { wallMs: now - 2 * HOUR, type: "alert" }),
    { what: "picture", stream: "yard", number: 9, jpeg },
    { what: "stream", stream: "street", kind: "camera", nextEvent: 120, ...standing },
    { what: "stream", stream: "yard", kind: "camera", nextEvent: 10, ...standing },
  ]);
  store.close();
  const history = newHistory(path);
  await history.open();
  onTestFinished(() => history.close());
  return history;
}

async function start(options: Omit<ServerOptions, "engine"> = {}) {
  const history = await filled();
  return await startScriptedServer({}, { history, ...options });
}

// biome-ignore lint/suspicious/noExplicitAny: what it is, each test says
async function json(url: string, init: RequestInit = {}): Promise<{ status: number; body: any }> {
  const response = await fetch(url, init);
  const text = await response.text();
  return { status: response.status, body: text === "" ? null : JSON.parse(text) };
}

describe("/v1/history", () => {
  it("finds words, in a time, of streams and types, page by page, with the picture's URL", async () => {
    await using server = await start();
    const find = (query: string) => json(`${server.url}/v1/history?${query}`);
    const cars = await find("q=red+car&limit=10");
    expect(cars.body).toMatchObject({ object: "list", has_more: true, next: expect.any(String) });
    expect(cars.body.data[0]).toMatchObject({
      ...{ object: "history.entry", stream: "yard", kind: "camera", type: "thought", event_id: "event_7" },
      ...{ text: "a red car in the yard", snapshot: null, media_time_ms: 7000 },
      event: { type: "response.reasoning_text.done", event_id: "event_7" },
    });
    const rest = await find(`q=red+car&limit=10&after=${cars.body.next}`);
    expect([rest.body.data.length, rest.body.has_more, rest.body.next]).toEqual([6, false, null]);
    expect((await find("q=car&stream=yard,nowhere")).body.data).toHaveLength(1);
    expect((await find("from=150m&type=thought")).body.data).toHaveLength(1);
    const [alert] = (await find("type=alert")).body.data;
    expect(alert.snapshot).toBe("/v1/streams/yard/events/event_9/snapshot.jpg");
    const picture = await fetch(server.url + alert.snapshot);
    expect(picture.headers.get("content-type")).toBe("image/jpeg");
    expect(new Uint8Array(await picture.arrayBuffer())).toEqual(jpeg);
    expect((await json(`${server.url}/v1/streams/yard/events/event_7/snapshot.jpg`)).body.error.code).toBe(
      "picture_not_found",
    );
    expect((await find("stream=street&limit=1")).body.data[0].text).toBe("a dog 29");
  });

  it("says what is wrong with a query, and where", async () => {
    await using server = await start();
    for (const [query, param] of [
      ["limit=0", "limit"],
      ["limit=501", "limit"],
      ["after=x", "after"],
      ["from=yesterday", "from"],
      ["type=dream", "type.0"],
      ["q=!!!", "q"],
      ["strem=yard", "strem"],
      ["summary?by=week", "by"],
      ["summary?zone=Mars", "zone"],
      ["summary?from=1h&to=2h", "from"],
      ["summary?by=hour&from=999d", "from"],
    ]) {
      const url = query!.startsWith("summary") ? `/v1/history/${query}` : `/v1/history?${query}`;
      expect(await json(server.url + url), query).toMatchObject({
        status: 400,
        body: { error: { code: "invalid_value", param } },
      });
    }
  });

  it("counts by hour and day, with the busiest", async () => {
    await using server = await start();
    const { body } = await json(`${server.url}/v1/history/summary?by=hour&zone=UTC`);
    expect(body).toMatchObject({ object: "history.summary", by: "hour", zone: "UTC" });
    expect(body.data.map((each: { thoughts: number }) => each.thoughts)).toEqual([30, 1]);
    expect(body.streams).toMatchObject([
      {
        stream: "street",
        thoughts: 30,
        peaks: { thoughts: { count: 30, start: body.data[0].start }, alerts: null },
      },
      { stream: "yard", thoughts: 1, alerts: 1, peaks: { alerts: { count: 1 } } },
    ]);
  });

  it("deletes all of a stream, with its pictures", async () => {
    await using server = await start();
    const remove = (query: string) => json(`${server.url}/v1/history${query}`, { method: "DELETE" });
    expect(await remove("?stream=yard")).toMatchObject({ status: 200, body: { stream: "yard", events: 2 } });
    expect((await json(`${server.url}/v1/history?stream=yard`)).body.data).toEqual([]);
    expect((await fetch(`${server.url}/v1/streams/yard/events/event_9/snapshot.jpg`)).status).toBe(404);
    expect(await remove("?stream=yard")).toMatchObject({
      status: 404,
      body: { error: { code: "stream_not_found" } },
    });
    expect(await remove("")).toMatchObject({ status: 400, body: { error: { param: "stream" } } });
  });

  it("shows nobody what is kept of streams that they may not watch", async () => {
    const history = await filled();
    await using server = await startGuardedServer(
      [
        { name: "yard", scopes: ["watch"], streams: ["yard"] },
        { name: "all", scopes: ["watch"] },
        { name: "asks", scopes: ["ask"] },
        { name: "admin", scopes: ["admin"] },
      ],
      { history },
    );
    const as = (name: string, path: string, method = "GET") =>
      json(`${server.url}${path}`, { method, ...bearer(name) });
    const streamsOf = async (name: string) =>
      new Set(
        (await as(name, "/v1/history?limit=500")).body.data.map(({ stream }: { stream: string }) => stream),
      );
    expect(await streamsOf("yard")).toEqual(new Set(["yard"]));
    expect((await streamsOf("all")).has("street")).toBe(true);
    expect((await as("yard", "/v1/history/summary?by=day")).body.streams).toMatchObject([{ stream: "yard" }]);
    for (const [name, path, method] of [
      ["yard", "/v1/history?stream=yard,street"],
      ["yard", "/v1/history/summary?stream=street"],
      ["yard", "/v1/streams/street/events/event_4/snapshot.jpg"],
      ["asks", "/v1/history"],
      ["asks", "/v1/history/summary"],
      ["all", "/v1/history?stream=yard", "DELETE"],
    ])
      expect(await as(name!, path!, method), `${name} ${path}`).toMatchObject({
        status: 403,
        body: { error: { code: "forbidden" } },
      });
    expect((await as("admin", "/v1/history?stream=yard", "DELETE")).status).toBe(200);
  });

  it("is not there on a server that keeps none", async () => {
    await using server = await startScriptedServer();
    for (const [path, method] of [
      ["/v1/history"],
      ["/v1/history/summary"],
      ["/v1/history?stream=x", "DELETE"],
    ])
      expect(await json(server.url + path, { method: method ?? "GET" })).toMatchObject({
        status: 404,
        body: { error: { code: "no_history", message: expect.stringContaining("history.enabled") } },
      });
  });
});

describe("a camera that was watched by an earlier server", () => {
  it("goes on with its numbers, counts and media time, and tells what is kept of what a client has missed", async () => {
    await using server = await start({ cameras: { street: { url: camera.clip } } });
    const events = await SseClient.open(`${server.url}/v1/streams/street/events`, {
      "last-event-id": "event_100",
    });
    const first = await events.first("response.reasoning_text.done", ({ text }) => text.startsWith("unit"));
    const before = events.events.slice(0, 12).map((event) => [event.event_id.split(".")[0], event.type]);
    expect(before.slice(0, 9)).toEqual([
      ["event_104", "session.gap"],
      ["event_104", "response.reasoning_text.done"],
      ["event_108", "session.gap"],
      ["event_108", "response.reasoning_text.done"],
      ["event_112", "session.gap"],
      ["event_112", "response.reasoning_text.done"],
      ["event_116", "session.gap"],
      ["event_116", "response.reasoning_text.done"],
      ["event_120", "session.gap"],
    ]);
    expect(events.events[0]).toMatchObject({ after: "event_100", up_to: "event_103" });
    expect(events.events[8]).toMatchObject({ after: "event_116", up_to: "event_119" });
    const gap = await events.first("input.gap");
    expect(gap).toMatchObject({ from_ms: 60_000, reason: "restarted" });
    expect(gap.message).toMatch(/^The server was started again\. For \d+\.\d seconds nothing was seen\.$/);
    expect(Math.abs(gap.to_ms - gap.from_ms - HOUR)).toBeLessThan(120_000);
    expect(first.media_time_ms).toBeGreaterThanOrEqual(gap.to_ms);
    const { body } = await json(`${server.url}/v1/streams/street`);
    expect(body.stats.thoughts).toBeGreaterThan(30);
    expect(body.stats.answers).toBe(1);
    events.close();
  });
});
