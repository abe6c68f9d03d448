import { describe, expect, it } from "vitest";
import { eventually } from "../../support/media.ts";
import { picture } from "../../support/server.ts";
import { SseClient } from "../../support/sse-client.ts";
import { bearer, startGuardedServer, ticketOf } from "../../support/tokens.ts";
import { WsClient } from "../../support/ws-client.ts";

const TOKENS = [
  { name: "owner", scopes: ["watch", "push", "ask"] },
  { name: "single", scopes: ["watch", "push"], limits: { sessions: 1 } },
  { name: "guest", scopes: ["watch"] },
  { name: "neighbour", scopes: ["watch", "ask"], streams: ["door"] },
  { name: "asker", scopes: ["watch", "ask"], limits: { questions_per_minute: 4 } },
  { name: "camera", scopes: ["push"] },
  { name: "doorbell", scopes: ["push", "watch"], streams: ["door", "bell"] },
];
const without = (name: string) => TOKENS.filter((token) => token.name !== name);

const watch = (url: string, name: string, stream = "session_0") =>
  WsClient.connect(url, { ...bearer(name), query: { stream } });
const openAs = async (url: string, name: string) => {
  const client = await WsClient.connect(url, bearer(name));
  const { session } = await client.next("session.created");
  return { client, token: session.resume!.token };
};
const resume = (url: string, name: string, token: string) =>
  WsClient.connect(url, { ...bearer(name), query: { resume: token } });
const streams = async (url: string) =>
  ((await (await fetch(`${url}/v1/streams`, bearer("owner"))).json()) as { data: Record<string, unknown>[] })
    .data;

describe("a stream that is watched on a server with tokens", () => {
  it("is for tokens that may watch it, those for this stream alone included", async () => {
    const cameras = { door: { url: "rtsp://127.0.0.1:9/" } };
    await using server = await startGuardedServer(TOKENS, { cameras });
    await openAs(server.url, "owner");
    const guest = await watch(server.url, "guest");
    expect((await guest.next("session.created")).session.role).toBe("watch");
    guest.ask("what?");
    expect((await guest.next("error")).error).toMatchObject({ code: "forbidden", fatal: false });
    const neighbour = await watch(server.url, "neighbour", "door");
    expect((await neighbour.next("session.created")).session).toMatchObject({ id: "door", role: "watch" });
    await expect(watch(server.url, "neighbour")).rejects.toThrowError("403");
    await expect(WsClient.connect(server.url, bearer("neighbour"))).rejects.toThrowError("403");
    const camera = await watch(server.url, "camera");
    expect((await camera.next("error")).error).toMatchObject({ code: "forbidden", fatal: true });
    expect((await camera.closed()).code).toBe(4403);
  });

  it("counts all who watch it, over the WebSocket and over HTTP", async () => {
    await using server = await startGuardedServer(TOKENS);
    await openAs(server.url, "owner");
    const guest = await watch(server.url, "guest");
    await guest.next("session.created");
    const events = `${server.url}/v1/streams/session_0/events`;
    const reader = await SseClient.open(events, bearer("guest").headers);
    expect(await streams(server.url)).toMatchObject([{ id: "session_0", watchers: 2 }]);
    reader.close();
    guest.socket.close();
    await guest.closed();
    await eventually(async () => (await streams(server.url))[0]!.watchers === 0, "nobody watches");
  });

  it("ends for those whose token is withdrawn, over the WebSocket and over HTTP", async () => {
    await using server = await startGuardedServer(TOKENS);
    const { client: owner } = await openAs(server.url, "owner");
    const guest = await watch(server.url, "guest");
    await guest.next("session.created");
    const { ticket } = (await ticketOf(server, "guest")).body;
    const url = `${server.url}/v1/streams/session_0/events`;
    const headers = { accept: "text/event-stream" };
    const reader = await SseClient.open(`${url}?ticket=${ticket}`, headers);
    expect(reader.status).toBe(200);
    expect((await SseClient.open(`${url}?ticket=${ticket}`, headers)).status, "a ticket is for once").toBe(
      401,
    );
    await server.change(without("guest"));
    expect((await guest.closed()).code).toBe(4401);
    expect((await reader.first("error")).error).toMatchObject({ code: "unauthorized", fatal: true });
    await reader.ended();
    expect(owner.socket.readyState).toBe(owner.socket.OPEN);
  });

  it("takes as many questions of a token as it may ask, over the WebSocket and over HTTP together", async () => {
    await using server = await startGuardedServer(TOKENS);
    await openAs(server.url, "owner");
    const { client: own } = await openAs(server.url, "asker");
    own.ask("what?");
    await own.next("response.done");
    const ask = async () => {
      const answer = await fetch(`${server.url}/v1/streams/session_0/ask`, {
        method: "POST",
        headers: { ...bearer("asker").headers, "content-type": "application/json" },
        body: JSON.stringify({ question: "what?" }),
      });
      return { status: answer.status, body: await answer.json() };
    };
    const [first, second] = [await ask(), await ask()];
    expect(first.status, "a little more than a token has left may be spent").toBe(200);
    expect(second).toMatchObject({
      status: 429,
      body: { error: { code: "too_many_questions", message: expect.stringContaining("asker") } },
    });
    own.ask("what?");
    expect((await own.next("error")).error.code).toBe("too_many_questions");
  });
});

describe("a session under a name, on a server with tokens", () => {
  it("is for tokens that may push there, and may be resumed and watched", async () => {
    await using server = await startGuardedServer(TOKENS);
    const open = (name: string, query: Record<string, string>) =>
      WsClient.connect(server.url, { ...bearer(name), query });
    for (const [name, query] of [
      ["doorbell", {}],
      ["doorbell", { name: "yard" }],
      ["neighbour", { name: "door" }],
      ["guest", { name: "door" }],
    ] as const)
      await expect(open(name, query), JSON.stringify([name, query])).rejects.toThrowError("403");

    const doorbell = await open("doorbell", { name: "door" });
    const { session } = await doorbell.next("session.created");
    expect(session).toMatchObject({ id: "door", role: "own" });
    const jpeg = await picture();
    for (const seq of [0, 1]) doorbell.frame(jpeg, seq, 100 * seq);
    const neighbour = await watch(server.url, "neighbour", "door");
    await neighbour.next("response.created");
    const second = await open("owner", { name: "door" });
    expect((await second.next("error")).error).toMatchObject({ code: "stream_exists", fatal: true });
    expect((await second.closed()).code).toBe(4443);

    doorbell.socket.terminate();
    const again = await resume(server.url, "doorbell", session.resume!.token);
    expect((await again.next("session.resumed")).session.id).toBe("door");
  });
});

describe("a session whose client is away, on a server with tokens", () => {
  it("is resumed with the token that has opened it, and with no other one", async () => {
    await using server = await startGuardedServer(TOKENS);
    const { client, token } = await openAs(server.url, "owner");
    client.socket.terminate();
    for (const name of ["single", "neighbour"]) {
      const stranger = await resume(server.url, name, token);
      expect((await stranger.next("error")).error.code).toBe("resume_failed");
      expect((await stranger.closed()).code).toBe(4440);
    }
    expect((await (await resume(server.url, "owner", token)).next("session.resumed")).session.id).toBe(
      "session_0",
    );
  });

  it("may do what the ticket allows that resumes it", async () => {
    await using server = await startGuardedServer(TOKENS);
    const { client, token } = await openAs(server.url, "owner");
    client.socket.terminate();
    const { ticket } = (await ticketOf(server, "owner", { scopes: ["watch"] })).body;
    const resumed = await WsClient.connect(server.url, { query: { resume: token, ticket } });
    await resumed.next("session.resumed");
    resumed.ask("what?");
    expect((await resumed.next("error")).error.code).toBe("forbidden");
  });

  it("gives its place to the next session of its token", async () => {
    await using server = await startGuardedServer(TOKENS);
    const { client, token } = await openAs(server.url, "single");
    const second = await WsClient.connect(server.url, bearer("single"));
    expect((await second.closed()).code, "while it is there").toBe(4429);
    client.socket.terminate();
    // The server finds out a little later.
    let third: WsClient | null = null;
    for (let tries = 0; third === null && tries < 50; tries++) {
      const next = await WsClient.connect(server.url, bearer("single"));
      third = await next.next("session.created").then(
        () => next,
        () => null,
      );
    }
    expect(third).not.toBeNull();
    const late = await resume(server.url, "single", token);
    expect((await late.closed()).code).toBe(4440);
  });

  it("ends when its token is withdrawn", async () => {
    await using server = await startGuardedServer(TOKENS);
    const { client, token } = await openAs(server.url, "single");
    client.socket.terminate();
    const guest = await watch(server.url, "guest");
    await guest.next("session.created");
    await server.change(without("single"));
    expect((await guest.next("session.closed")).reason).toBe("unauthorized");
    expect((await streams(server.url)).map(({ id }) => id)).toEqual([]);
    await expect(resume(server.url, "single", token)).rejects.toThrowError("401");
  });
});
