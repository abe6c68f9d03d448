import { describe, expect, it } from "vitest";
import { logged } from "../../support/persistent-client.ts";
import { picture, startScriptedServer, until } from "../../support/server.ts";
import { WsClient } from "../../support/ws-client.ts";

const jpeg = await picture();

/** An owner who has sent two pictures and got a thought, and a server for it. */
async function started(...options: Parameters<typeof startScriptedServer>) {
  const server = await startScriptedServer(...options);
  const owner = await WsClient.connect(server.url);
  for (const seq of [0, 1]) {
    owner.frame(jpeg, seq, 100 * seq);
    await until("the frame", () => server.engine.opened[0]?.frames.length === seq + 1);
  }
  await owner.next("response.done");
  return Object.assign(server, {
    owner,
    watch: (after?: string) =>
      WsClient.connect(server.url, {
        query: { stream: "session_0", ...(after === undefined ? {} : { after }) },
      }),
  });
}

describe("whoever watches a stream", () => {
  it("sees what its owner sees, from as far back as the log goes", async () => {
    await using server = await started();
    const { owner } = server;
    const watching = await server.watch();
    const { session } = await watching.next("session.created");
    expect(session).toMatchObject({ id: "session_0", role: "watch", resume: null });
    const after = await server.watch(owner.all("response.done")[0]!.event_id);
    await after.next("session.created");
    owner.ask("what?");
    for (const client of [owner, watching, after])
      await client.next("response.done", ({ response }) => response.kind === "answer");
    expect(logged(watching.events)).toEqual(logged(owner.events));
    expect(after.all("response.reasoning_text.done")).toEqual([]);
    expect(logged(after.events)).toEqual(logged(owner.events).slice(-logged(after.events).length));
    owner.send({ type: "session.close" });
    expect(await watching.closed()).toEqual({ code: 1000, reason: "completed" });
    expect(watching.events.at(-1)).toEqual(owner.events.at(-1));
  });

  it("is told of a gap first when the beginning is gone", async () => {
    await using server = await started({}, { limits: { maxLogBytes: 600 } });
    const late = await server.watch();
    await late.next("response.done");
    expect(late.events[1]).toMatchObject({ type: "session.gap", after: null });
    const unknown = await server.watch("event_1000");
    await unknown.next("response.done");
    expect(unknown.events[1]).toMatchObject({ type: "session.gap", after: "event_1000" });
  });

  it("may ask, and all see the answer; may stop only its own", async () => {
    await using server = await started({ isHeldOpen: (question) => question === "one?" });
    const [one, two] = [await server.watch(), await server.watch()];
    one.ask("one?", "ask_1");
    const created = await two.next("response.created", ({ response }) => response.kind === "answer");
    expect(created.response).toMatchObject({ question: "one?", in_reply_to: "ask_1" });
    two.send({ type: "response.cancel", response_id: created.response.id, event_id: "stop" });
    expect((await two.next("error")).error).toMatchObject({
      code: "not_yours",
      event_id: "stop",
      fatal: false,
    });
    two.send({ type: "response.cancel" });
    two.send({ type: "response.cancel", response_id: "unknown" });
    two.ask("two?");
    const other = await one.next("response.created", ({ response }) => response.question === "two?");
    one.send({ type: "response.cancel" });
    const done = (id: string) => server.owner.next("response.done", ({ response }) => response.id === id);
    expect((await done(created.response.id)).response.status).toBe("cancelled");
    expect((await done(other.response.id)).response.status).toBe("completed");
    expect(two.all("error")).toHaveLength(1);
    expect(server.owner.all("error")).toEqual([]);
  });

  it("may neither push nor change what is everybody's, but its own statistics", async () => {
    await using server = await started();
    const watching = await server.watch();
    watching.frame(jpeg, 2, 200);
    expect((await watching.next("error")).error.code).toBe("not_yours");
    watching.send({ type: "session.update", session: { stats_interval_ms: 100, temperature: 1 } });
    const { error } = await watching.next("error", ({ error }) => error.param !== null);
    expect(error).toMatchObject({ code: "not_yours", param: "session.temperature" });
    watching.send({ type: "session.update", session: { stats_interval_ms: 100 } });
    expect((await watching.next("session.updated")).session.stats_interval_ms).toBe(100);
    await until("statistics", () => watching.all("session.stats").length >= 3);
    expect(server.owner.all("session.updated")).toEqual([]);
    expect(server.owner.all("session.stats").length).toBeLessThan(3);
    expect(server.engine.opened[0]?.frames).toHaveLength(2);
  });

  it("leaves without ending the stream, however it does", async () => {
    await using server = await started();
    const [polite, gone, closed] = [await server.watch(), await server.watch(), await server.watch()];
    for (const client of [polite, gone, closed]) await client.next("session.created");
    polite.send({ type: "session.close" });
    expect(await polite.closed()).toEqual({ code: 1000, reason: "completed" });
    expect(polite.events.at(-1)).toMatchObject({ type: "session.closed", totals: { frames_in: 2 } });
    gone.socket.terminate();
    closed.socket.close();
    server.owner.ask("still there?");
    await server.owner.next("response.output_text.done");
    expect(server.owner.all("session.closed")).toEqual([]);
  });

  it("is told when the owner leaves", async () => {
    await using server = await started();
    const watching = await server.watch();
    await watching.next("session.created");
    server.owner.socket.close();
    expect(await watching.closed()).toEqual({ code: 4442, reason: "left" });
    expect(watching.events.at(-1)).toMatchObject({ type: "session.closed", reason: "left" });
  });

  it("may be silent, and takes no place of a session, but there is a limit", async () => {
    const limits = { maxSessions: 2, maxWatchers: 2, idleTimeoutMs: 300 };
    await using server = await started({}, { limits });
    const [one, two] = [await server.watch(), await server.watch()];
    for (const client of [one, two]) await client.next("session.created");
    const third = await server.watch();
    expect((await third.next("error")).error).toMatchObject({ code: "too_many_watchers", fatal: true });
    expect(await third.closed()).toEqual({ code: 4429, reason: "too_many_watchers" });
    await (await WsClient.connect(server.url)).next("session.created");
    two.socket.terminate();
    await two.closed();
    await expect
      .poll(async () =>
        (await server.watch()).next("session.created").then(
          () => true,
          () => false,
        ),
      )
      .toBe(true);
    // The owner is not heard of, and its stream ends; until then nobody else is sent away.
    expect((await one.closed()).reason).toBe("idle_timeout");
    expect(one.all("error")).toEqual([]);
  });

  it("gains no questions by coming again and again", async () => {
    await using server = await started({}, { limits: { maxQuestionsPerSecond: 0.01 } });
    let refused = 0;
    for (let round = 0; round < 4; round++) {
      const watching = await server.watch(server.owner.events.at(-1)!.event_id);
      for (let i = 0; i < 3; i++) {
        watching.ask(`${round} ${i}?`, `${round}-${i}`);
        await until(
          "an answer or a refusal",
          () =>
            watching.all("error").length > 0 ||
            watching.all("response.done").filter(({ response }) => response.kind === "answer").length > i,
        );
      }
      refused += watching.all("error").filter(({ error }) => error.code === "too_many_questions").length;
      watching.socket.terminate();
    }
    // Each asks less than a budget of its own would allow.
    expect(refused).toBeGreaterThanOrEqual(1);
  });

  it("cannot begin a stream for its owner", async () => {
    await using server = await startScriptedServer();
    const owner = await WsClient.connect(server.url);
    await owner.next("session.created");
    const watching = await WsClient.connect(server.url, { query: { stream: "session_0" } });
    watching.ask("what?");
    expect((await watching.next("error")).error).toMatchObject({ code: "not_yours", fatal: false });
    owner.send({ type: "session.update", session: { fps: 5 } });
    await owner.next("session.updated");
  });

  it("gets a shutdown announced, and is closed with 1001", async () => {
    await using server = await started({}, { limits: { shutdownMs: 100 } });
    const watching = await server.watch();
    await watching.next("session.created");
    const closing = server.close();
    await watching.next("session.going_away");
    expect(await watching.closed()).toEqual({ code: 1001, reason: "going_away" });
    await closing;
  });

  it.each([
    ["a stream that is not there", "stream=door", "stream_not_found", 4404],
    ["a name that cannot be", "stream=../door", "invalid_value", 4400],
    ["an event that cannot be", "stream=session_0&after=last", "invalid_value", 4400],
  ])("is told what is wrong with %s", async (_what, query, code, closeCode) => {
    await using server = await started();
    const client = await WsClient.connect(server.url, {
      query: Object.fromEntries(new URLSearchParams(query)),
    });
    expect((await client.next("error")).error).toMatchObject({ code, fatal: true });
    expect(await client.closed()).toEqual({ code: closeCode, reason: code });
    expect(client.all("session.created")).toEqual([]);
  });
});
