import { describe, expect, it } from "vitest";
import { bearer, startGuardedServer, ticketOf } from "../../support/tokens.ts";
import { WsClient } from "../../support/ws-client.ts";

const TOKENS = [
  { name: "all", scopes: ["watch", "ask", "push"] },
  { name: "admin", scopes: ["admin"] },
  { name: "doors", scopes: ["watch"], streams: ["door", "gate"] },
  { name: "one", scopes: ["watch"], limits: { sessions: 1 } },
];

const events = { headers: { accept: "text/event-stream" } };

describe("a ticket", () => {
  it("opens one WebSocket, once", async () => {
    await using server = await startGuardedServer(TOKENS);
    const { status, body } = await ticketOf(server, "all");
    expect(status).toBe(201);
    expect(body).toEqual({ ticket: expect.stringMatching(/^tkt_[\w-]{43}$/), expires_in_ms: 60_000 });
    const client = await WsClient.connect(server.url, { query: { ticket: body.ticket } });
    await client.next("session.created");
    await expect(WsClient.connect(server.url, { query: { ticket: body.ticket } })).rejects.toThrowError(
      "401",
    );
    const { ticket } = (await ticketOf(server, "all")).body;
    const forProxy = { headers: { authorization: "Basic dTpw" } };
    await (await WsClient.connect(server.url, { ...forProxy, query: { ticket } })).next("session.created");
  });

  it("lets an EventSource in once, and no other request", async () => {
    await using server = await startGuardedServer(TOKENS);
    const { ticket } = (await ticketOf(server, "all")).body;
    const url = `${server.url}/v1/models?ticket=${ticket}`;
    expect((await fetch(url)).status, "no EventSource").toBe(401);
    expect((await fetch(url, { method: "POST", ...events })).status, "it only gets").toBe(401);
    expect((await fetch(url, events)).status).toBe(200);
    expect((await fetch(url, events)).status).toBe(401);
  });

  it("gives no further tickets, and none is given without a token", async () => {
    await using server = await startGuardedServer(TOKENS);
    const { ticket } = (await ticketOf(server, "all")).body;
    const post = (query: string) => fetch(`${server.url}/v1/tickets${query}`, { method: "POST" });
    expect((await post(`?ticket=${ticket}`)).status).toBe(401);
    expect((await post("")).status).toBe(401);
  });

  it("is refused when it has expired", async () => {
    await using server = await startGuardedServer(TOKENS, { limits: { ticketMs: 1000 } });
    const { ticket, expires_in_ms } = (await ticketOf(server, "all")).body;
    expect(expires_in_ms).toBe(1000);
    await new Promise((resolve) => setTimeout(resolve, 1050));
    await expect(WsClient.connect(server.url, { query: { ticket } })).rejects.toThrowError("401");
  });

  it("lives no longer than its token: not past its end, nor past its withdrawal", async () => {
    const expires = new Date(Date.now() + 5_000).toISOString();
    await using server = await startGuardedServer([...TOKENS, { name: "short", scopes: ["watch"], expires }]);
    expect((await ticketOf(server, "short")).body.expires_in_ms).toBeLessThanOrEqual(5_000);
    const { ticket } = (await ticketOf(server, "all")).body;
    await server.change([{ name: "other", scopes: ["watch"] }]);
    await expect(WsClient.connect(server.url, { query: { ticket } })).rejects.toThrowError("401");
  });

  it("may allow less than its token", async () => {
    await using server = await startGuardedServer(TOKENS);
    const { ticket } = (await ticketOf(server, "all", { scopes: ["watch"] })).body;
    const client = await WsClient.connect(server.url, { query: { ticket } });
    client.ask("may I?");
    expect((await client.next("error")).error.code).toBe("forbidden");
    expect((await ticketOf(server, "admin", { scopes: ["watch"], streams: ["door"] })).status).toBe(201);
    expect((await ticketOf(server, "doors", { streams: ["door"] })).status).toBe(201);
  });

  it.each<[string, string, object | string, number, string]>([
    ["a scope that the token lacks", "all", { scopes: ["admin"] }, 403, "forbidden"],
    ["a stream that it is not for", "doors", { streams: ["door", "yard"] }, 403, "forbidden"],
    ["an admin's scope on some streams", "admin", { streams: ["door"] }, 403, "forbidden"],
    ["a misspelt field", "all", { scope: ["watch"] }, 400, "invalid_value"],
    ["no scope", "all", { scopes: [] }, 400, "invalid_value"],
    [
      "a body that is too long",
      "all",
      { streams: Array(3000).fill("door-camera") },
      413,
      "message_too_large",
    ],
  ])("is not given for %s", async (_what, name, wishes, status, code) => {
    await using server = await startGuardedServer(TOKENS);
    const answer = await ticketOf(server, name, wishes as object);
    expect([answer.status, answer.body.error.code]).toEqual([status, code]);
    const broken = await fetch(`${server.url}/v1/tickets`, { method: "POST", ...bearer(name), body: "{" });
    expect(broken.status).toBe(400);
  });

  it("costs what its token may cost", async () => {
    await using server = await startGuardedServer(TOKENS);
    await WsClient.connect(server.url, bearer("one"));
    const { ticket } = (await ticketOf(server, "one")).body;
    const second = await WsClient.connect(server.url, { query: { ticket } });
    expect((await second.closed()).code).toBe(4429);
  });

  it("is one of a hundred that a token may hold", async () => {
    await using server = await startGuardedServer(TOKENS);
    const given = await Promise.all(Array.from({ length: 101 }, () => ticketOf(server, "all")));
    expect(given.filter(({ status }) => status === 201)).toHaveLength(100);
    expect(given.find(({ status }) => status === 429)?.body.error.code).toBe("too_many_tickets");
    expect((await ticketOf(server, "one")).status, "another token has its own").toBe(201);
  });
});
