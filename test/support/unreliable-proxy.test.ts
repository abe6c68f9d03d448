import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import * as faults from "./faults.ts";
import { until } from "./server.ts";
import { UnreliableProxy } from "./unreliable-proxy.ts";

const EVENTS = [
  'data: {"choices":[{"delta":{"content":"Grüße"}}]}\n\n',
  'data: {"choices":[{"delta":{"content":" 🌍"}}]}\n\n',
  'data: {"choices":[],"usage":{"prompt_tokens":3},"timings":{"cache_n":1}}\n\n',
  "data: [DONE]\n\n",
];

/** A server of three answers: a stream, a stream that never ends, and JSON. It tells which clients have left. */
async function startTarget() {
  const left: string[] = [];
  const server = createServer((incoming, outgoing) => {
    const path = incoming.url!;
    outgoing.on("close", () => outgoing.writableEnded || left.push(path));
    if (path === "/json")
      return outgoing
        .writeHead(201, { "content-type": "application/json", "x-server": "target" })
        .end('{"id":"a","usage":{"prompt_tokens":3}}');
    outgoing.writeHead(200, { "content-type": "text/event-stream" });
    outgoing.write(EVENTS[0]);
    if (path === "/stream") outgoing.end(EVENTS.slice(1).join(""));
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    left,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

describe("a proxy that injects faults", () => {
  let target: Awaited<ReturnType<typeof startTarget>>;
  let proxy: UnreliableProxy;
  beforeEach(async () => {
    target = await startTarget();
    proxy = await UnreliableProxy.start(target.url);
  });
  afterEach(async () => {
    await proxy[Symbol.asyncDispose]();
    target.close();
  });

  const stream = (signal: AbortSignal | null = null) => fetch(`${proxy.url}/stream`, { signal });
  /** What comes of a stream until it ends or breaks. */
  async function heard(response: Response): Promise<{ text: string; broke: boolean; chunks: number }> {
    const chunks: Buffer[] = [];
    let broke = false;
    try {
      for await (const chunk of response.body!) chunks.push(Buffer.from(chunk));
    } catch {
      broke = true;
    }
    return { text: Buffer.concat(chunks).toString(), broke, chunks: chunks.length };
  }

  it("passes everything on as it is, and counts what came", async () => {
    const response = await fetch(`${proxy.url}/json`, { method: "POST", body: "what?" });
    expect([response.status, response.headers.get("x-server")]).toEqual([201, "target"]);
    expect(await response.json()).toEqual({ id: "a", usage: { prompt_tokens: 3 } });
    expect(await heard(await stream())).toMatchObject({ text: EVENTS.join(""), broke: false });
    expect(proxy.requests).toEqual([
      { method: "POST", path: "/json", body: "what?" },
      { method: "GET", path: "/stream", body: "" },
    ]);
    expect(proxy.open).toBe(0);
    expect(await proxy.connections()).toBeGreaterThan(0);
  });

  it("says that the server is not there", async () => {
    target.close();
    expect((await stream()).status).toBe(502);
  });

  it("leaves the server when the client leaves", async () => {
    const leave = new AbortController();
    const response = await fetch(`${proxy.url}/for-ever`, { signal: leave.signal });
    await response.body!.getReader().read();
    expect([proxy.open, target.left]).toEqual([1, []]);
    leave.abort();
    await until("the server is left", () => target.left.length > 0);
    expect([proxy.open, target.left]).toEqual([0, ["/for-ever"]]);
  });

  it("injects a fault into the next requests only, or into those of a path, or until it is healed", async () => {
    proxy.inject(faults.status(500), { times: 2 });
    proxy.inject(faults.status(503), { path: "/str" });
    const codes = async (count: number, path: string) => {
      const found: number[] = [];
      for (let asked = 0; asked < count; asked++) {
        const response = await fetch(`${proxy.url}${path}`);
        await response.text();
        found.push(response.status);
      }
      return found;
    };
    expect(await codes(3, "/json")).toEqual([500, 500, 201]);
    expect(await codes(2, "/stream")).toEqual([503, 503]);
    proxy.heal();
    expect(await codes(1, "/stream")).toEqual([200]);
  });

  it("is slow", async () => {
    proxy.inject(faults.slow(100));
    const before = performance.now();
    await (await stream()).text();
    expect(performance.now() - before).toBeGreaterThan(95);
  });

  it("stalls in mid-stream, for a time or until the client leaves", async () => {
    proxy.inject(faults.stall(1, 100), { times: 1 });
    expect(await heard(await stream())).toMatchObject({ text: EVENTS.join("") });
    proxy.inject(faults.stall(1));
    const leave = new AbortController();
    const reader = (await stream(leave.signal)).body!.getReader();
    expect(Buffer.from((await reader.read()).value!).toString()).toBe(EVENTS[0]);
    const next = reader.read().catch(() => "left");
    expect(await Promise.race([next, delay(100, "nothing")])).toBe("nothing");
    leave.abort();
    expect(await next).toBe("left");
    await until("the request has ended", () => proxy.open === 0);
  });

  it("cuts a stream, ends it early, and hangs up", async () => {
    proxy.inject(faults.cut(2), { times: 1 });
    expect(await heard(await stream())).toMatchObject({ text: EVENTS.slice(0, 2).join(""), broke: true });
    proxy.inject(faults.endEarly(2), { times: 1 });
    expect(await heard(await stream())).toMatchObject({ text: EVENTS.slice(0, 2).join(""), broke: false });
    proxy.inject(faults.hangUp(), { times: 1 });
    await expect(stream()).rejects.toThrow("fetch failed");
  });

  it("answers with an error, and when to come again, without asking the server", async () => {
    target.close();
    proxy.inject(faults.status(429, { retryAfter: "3" }));
    const response = await stream();
    expect([response.status, response.headers.get("retry-after")]).toEqual([429, "3"]);
    expect(await response.json()).toMatchObject({ error: { code: 429 } });
  });

  it("answers with a page, and with a wrong type", async () => {
    proxy.inject(faults.html(), { times: 1 });
    const page = await stream();
    expect([page.status, page.headers.get("content-type")]).toEqual([200, "text/html"]);
    expect(await page.text()).toMatch(/^<!doctype html>/);
    proxy.inject(faults.contentType("text/plain"), { times: 1 });
    const wrong = await stream();
    expect([wrong.headers.get("content-type"), await wrong.text()]).toEqual(["text/plain", EVENTS.join("")]);
  });

  it("splits a stream at every byte, in the middle of characters", async () => {
    proxy.inject(faults.split(1));
    const { text, chunks } = await heard(await stream());
    expect(text).toBe(EVENTS.join(""));
    expect(chunks).toBeGreaterThan(EVENTS.length);
  });

  it("takes usage away, from a stream and from JSON", async () => {
    proxy.inject(faults.withoutUsage());
    const { text } = await heard(await stream());
    expect(text).toBe([...EVENTS.slice(0, 2), 'data: {"choices":[]}\n\n', EVENTS[3]].join(""));
    expect(await (await fetch(`${proxy.url}/json`)).json()).toEqual({ id: "a" });
  });

  it("garbles an event, and goes on", async () => {
    proxy.inject(faults.garble(1));
    const events = (await heard(await stream())).text.split("\n\n");
    expect([events[0], events[2], events[3]]).toEqual(
      [EVENTS[0], EVENTS[2], EVENTS[3]].map((event) => event!.trim()),
    );
    expect(() => JSON.parse(events[1]!.slice("data: ".length))).toThrow();
  });

  it("never ends a stream", async () => {
    proxy.inject(faults.endless(1));
    const leave = new AbortController();
    const response = await stream(leave.signal);
    let text = "";
    const decoder = new TextDecoder();
    try {
      for await (const chunk of response.body!) {
        text += decoder.decode(chunk, { stream: true });
        if (text.length > 50 * EVENTS[1]!.length) leave.abort();
      }
    } catch {}
    expect(text.startsWith(EVENTS[0]! + EVENTS[1]!.repeat(40))).toBe(true);
    await until("the request has ended", () => proxy.open === 0);
  });
});
