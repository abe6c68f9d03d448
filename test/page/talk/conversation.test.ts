import { describe, expect, it } from "vitest";
import { connect, type Session } from "../../../client/lib/mod.ts";
import { Conversation } from "../../../client/src/talk/conversation.ts";
import type { Exchange } from "../../../client/src/talk/exchange.ts";
import type { Script } from "../../support/scripted-engine.ts";
import { picture, startScriptedServer, until } from "../../support/server.ts";

/** A conversation over a session of its own, of which the first unit was seen. */
async function converse(url: string, options: { stream?: string; name?: string } = {}) {
  const session = await connect(url, options);
  const talk = new Conversation((question, { signal }) => session.ask(question, { signal }));
  session.on("event", (event) => talk.hear(event));
  return { session, talk };
}

async function show(session: Session): Promise<void> {
  const colours = ["#102030", "#804020"];
  for (const [at, colour] of colours.entries())
    session.sendFrame(await picture("jpeg", { colour }), { mediaTimeMs: 1000 + at * 100 });
}

const state = (talk: Conversation, id: number) => talk.exchanges.value.find((each) => each.id === id)?.state;
const settled = (talk: Conversation) => talk.exchanges.value.every((each) => each.state !== "asked");
const newest = (talk: Conversation): Exchange => talk.exchanges.value.at(-1)!;

const script: Script = {
  thought: () => null,
  answer: (question) => (question === "slow" ? "a b c" : `about ${question}`),
  isHeldOpen: (question) => question === "slow",
  note: () => "Only so much is known.",
  pauseMs: 15,
};

describe("a conversation", () => {
  it("has several answers under way at once, stops one, and keeps what was said of it", async () => {
    await using server = await startScriptedServer(script);
    const { session, talk } = await converse(server.url);
    await show(session);
    await until("the unit was seen", () => server.engine.opened[0]?.totals.units === 1);
    talk.ask("slow");
    talk.ask("cars");
    talk.ask("people", { byPage: true });
    expect(talk.exchanges.value.map((each) => each.state)).toEqual(["asked", "asked", "asked"]);
    await until("the slow one has begun", () => talk.exchanges.value[0]!.text.length > 2);
    talk.stop(0);
    await until("all have ended", () => settled(talk));
    await until("the server has stopped", () => talk.exchanges.value[0]!.done !== null);
    const [slow, cars, people] = talk.exchanges.value;
    expect(slow!.state).toBe("stopped");
    expect("a b c".startsWith(slow!.text)).toBe(true);
    expect(slow!.said!.media_time_ms).toBe(1100);
    expect(cars).toMatchObject({ by: "visitor", state: "answered", text: "about cars", problem: null });
    expect(cars!.said!.note).toBe("Only so much is known.");
    expect(cars!.done!.timing.answer_first_ms).toBeGreaterThan(0);
    expect(people!.by).toBe("page");
    expect(talk.pins.value).toEqual(
      [slow!, cars!, people!].map(({ id, question, text }) => ({ id, mediaTimeMs: 1100, question, text })),
    );
    session.leave();
  });

  it("says why there is no answer, and asks again in place of it", async () => {
    await using server = await startScriptedServer(script);
    const { session, talk } = await converse(server.url);
    talk.ask("one two three four five six seven eight nine");
    await until("it was refused", () => settled(talk));
    expect(newest(talk)).toMatchObject({ state: "failed", done: null });
    expect(newest(talk).problem).toMatch(/at most 8 words/);
    talk.retry(newest(talk).id);
    expect(talk.exchanges.value).toHaveLength(1);
    await until("it was refused once more", () => settled(talk));
    session.leave();
    talk.ask("cars");
    expect(newest(talk)).toMatchObject({ state: "failed" });
    expect(newest(talk).problem).toMatch(/session is over/);
    expect(talk.pins.value).toEqual([]);
  });

  it("hears what others ask of the same stream, and knows its own questions from theirs", async () => {
    await using server = await startScriptedServer(script);
    const own = await converse(server.url, { name: "door" });
    await show(own.session);
    const other = await converse(server.url, { stream: "door" });
    other.talk.ask("cars");
    own.talk.ask("people");
    await until("both are told everywhere", () =>
      [own, other].every(({ talk }) => talk.exchanges.value.length === 2 && settled(talk)),
    );
    const seen = ({ talk }: typeof own) =>
      new Map(talk.exchanges.value.map(({ question, by, text }) => [question, { by, text }]));
    expect(seen(own).get("cars")).toEqual({ by: "elsewhere", text: "about cars" });
    expect(seen(own).get("people")).toEqual({ by: "visitor", text: "about people" });
    expect(seen(other).get("cars")!.by).toBe("visitor");
    expect(own.talk.pins.value.map(({ question }) => question)).toEqual(["people"]);
    for (const { session } of [other, own]) session.leave();
  });

  it("says that the rest is missing where an answer to others was missed", async () => {
    await using server = await startScriptedServer(script);
    const own = await converse(server.url, { name: "door" });
    await show(own.session);
    const other = await converse(server.url, { stream: "door" });
    other.talk.ask("slow");
    await until("it has begun", () => own.talk.exchanges.value.length === 1);
    own.talk.hear({
      type: "session.gap",
      event_id: "event_0.1",
      ...{ first_missing: null, last_missing: "event_1", reason: "evicted" },
    } as never);
    expect(newest(own.talk)).toMatchObject({ state: "failed" });
    expect(newest(own.talk).problem).toMatch(/missed/);
    expect(state(other.talk, 0), "its own goes on").toBe("asked");
    for (const { session } of [other, own]) session.leave();
  });

  it("keeps the newest, and counts what it no longer keeps", () => {
    const talk = new Conversation(() => ({ id: "", whole: new Promise(() => {}) }));
    for (let i = 0; i < 203; i++) talk.ask(String(i));
    expect(talk.exchanges.value).toHaveLength(200);
    expect(newest(talk).question).toBe("202");
    expect(talk.leftOut.value).toBe(3);
  });
});
