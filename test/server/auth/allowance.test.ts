import { describe, expect, it } from "vitest";
import { FailedLogins } from "../../../src/server/auth/failed-logins.ts";
import { picture, until } from "../../support/server.ts";
import { bearer, startGuardedServer } from "../../support/tokens.ts";
import { WsClient } from "../../support/ws-client.ts";

const jpeg = await picture();
const scopes = ["watch", "ask", "push"];

describe("the limits of a token", () => {
  it("end with the session that is one too many (4429), and there is room again when one has ended", async () => {
    await using server = await startGuardedServer([
      { name: "limited", scopes, limits: { sessions: 2 } },
      { name: "free", scopes },
    ]);
    const connect = (name: string) => WsClient.connect(server.url, bearer(name));
    const [first] = await Promise.all([connect("limited"), connect("limited")]);
    const third = await connect("limited");
    expect((await third.next("error")).error).toMatchObject({ code: "too_many_sessions", fatal: true });
    expect((await third.closed()).code).toBe(4429);
    await (await connect("free")).next("session.created");
    first!.socket.close();
    await until("it is gone", () => first!.socket.readyState === first!.socket.CLOSED);
    await (await connect("limited")).next("session.created");
  });

  it("drop frames as `rate` that are too many for all of its sessions together", async () => {
    await using server = await startGuardedServer([
      { name: "limited", scopes, limits: { frames_per_second: 1 } },
      { name: "free", scopes },
    ]);
    const rateDrops = async (name: string) => {
      const clients = await Promise.all([0, 1].map(() => WsClient.connect(server.url, bearer(name))));
      for (const client of clients) for (let seq = 0; seq < 5; seq++) client.frame(jpeg, seq, 100 * seq);
      // Messages keep their order, so what came before has been dropped when this is answered.
      for (const client of clients) client.ask("and?");
      for (const client of clients) await client.next("response.done");
      const drops = clients.flatMap((client) => client.all("input_video_frame.dropped"));
      return drops.filter(({ reason }) => reason === "rate").length;
    };
    // Two at once and one more in a second; a slow machine may allow another.
    expect(await rateDrops("limited")).toBeGreaterThanOrEqual(5);
    expect(await rateDrops("free")).toBe(0);
  });

  it("refuse questions that are too many for all of its sessions together", async () => {
    await using server = await startGuardedServer([
      { name: "limited", scopes, limits: { questions_per_minute: 4 } },
    ]);
    const clients = await Promise.all([0, 1].map(() => WsClient.connect(server.url, bearer("limited"))));
    for (const client of clients) for (let n = 0; n < 3; n++) client.ask(`${n}?`);
    const told = () => clients.flatMap((client) => client.all("error"));
    await until("four are refused", () => told().length === 4);
    for (const { error } of told()) {
      expect(error).toMatchObject({ code: "too_many_questions", fatal: false });
      expect(error.message).toContain("limited");
    }
  });

  it("read no more bytes a second of all of its sockets together, and lose nothing", async () => {
    await using server = await startGuardedServer([
      { name: "limited", scopes, limits: { bytes_per_second: 100_000 } },
      { name: "free", scopes },
    ]);
    const timeOf = async (name: string) => {
      const clients = await Promise.all([0, 1].map(() => WsClient.connect(server.url, bearer(name))));
      const startedAt = performance.now();
      for (const client of clients) for (let n = 0; n < 15; n++) client.socket.send(Buffer.alloc(10_000));
      for (const client of clients) client.ask("still there?");
      for (const client of clients) await client.next("response.done");
      for (const client of clients) expect(client.all("input_video_frame.dropped")).toHaveLength(15);
      return performance.now() - startedAt;
    };
    // 200 kB at once, then 100 kB a second. Later is fine.
    const limitedMs = await timeOf("limited");
    expect(limitedMs).toBeGreaterThan(800);
    expect(await timeOf("free")).toBeLessThan(limitedMs);
  });
});

describe("wrong tokens", () => {
  const wrong = (n: number) => ({ headers: { authorization: `Bearer wrong-secret-${n}-0123456789` } });
  const status = async (url: string, init: RequestInit) => (await fetch(`${url}/v1/models`, init)).status;

  it("are answered 429 when they are too many, over the WebSocket too, and then so is a right one", async () => {
    await using server = await startGuardedServer([{ name: "right", scopes }], {
      limits: { maxFailedLoginsPerMinute: 3 },
    });
    const statuses: number[] = [];
    for (let n = 0; n < 6; n++) statuses.push(await status(server.url, wrong(n)));
    expect(statuses.slice(0, 3)).toEqual([401, 401, 401]);
    expect(statuses.at(-1)).toBe(429);
    const answer = await fetch(`${server.url}/v1/models`, bearer("right"));
    expect(answer.status).toBe(429);
    expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(await answer.json()).toMatchObject({ error: { code: "too_many_attempts" } });
    await expect(WsClient.connect(server.url, bearer("right"))).rejects.toThrowError("429");
  });

  it("cost nothing when one is only repeated, so that an old camera locks nobody out", async () => {
    await using server = await startGuardedServer([{ name: "right", scopes }], {
      limits: { maxFailedLoginsPerMinute: 2 },
    });
    for (let n = 0; n < 20; n++) expect(await status(server.url, wrong(1))).toBe(401);
    expect(await status(server.url, bearer("right"))).toBe(200);
  });

  it("are counted by the address that a proxy on this machine names last", async () => {
    await using server = await startGuardedServer([{ name: "right", scopes }], {
      allowedHosts: ["cameras.example"],
      limits: { maxFailedLoginsPerMinute: 2 },
    });
    const from = (address: string, { headers }: { headers: object }) => ({
      headers: { ...headers, "x-forwarded-for": `198.51.100.1, ${address}` },
    });
    for (let n = 0; n < 5; n++) await status(server.url, from("203.0.113.1", wrong(n)));
    expect(await status(server.url, from("203.0.113.1", bearer("right")))).toBe(429);
    expect(await status(server.url, from("203.0.113.2", bearer("right")))).toBe(200);
  });

  it("of one network of IPv6 are counted together", () => {
    const failures = new FailedLogins(2);
    for (let n = 0; n < 5; n++) failures.failed(`2001:db8:0:1::${n}`, `wrong ${n}`, 0);
    expect(failures.waitMs("2001:db8::1:ffff:0:0:1", 0)).toBeGreaterThan(0);
    expect(failures.waitMs("2001:db8:0:2::1", 0)).toBe(0);
  });
});
