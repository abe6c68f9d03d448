import { describe, expect, it, onTestFinished } from "vitest";
import { createRemoteEngine, type RemoteEngineOptions } from "../../../src/backends/mod.ts";
import type { Engine, StreamOptions, ThoughtDone } from "../../../src/engine/mod.ts";
import { restamped } from "../../../src/ingest/frame.ts";
import {
  type Answer,
  begin,
  ChatServer,
  delta,
  error,
  json,
  opens,
  send,
} from "../../support/chat-server.ts";
import { deterministicChat, isDecision, picturesOf, promptOf } from "../../support/deterministic-chat.ts";
import { frame } from "../../support/frames.ts";
import { eventually } from "../../support/media.ts";
import { StreamLog, watch } from "../../support/stream-log.ts";

/** All that would be planned by how fast the machine is. */
const wishes = { fps: 1, side: 128, windowUnits: 16 };

/** An engine on a server of a fake model. What the start-up measured is forgotten. */
async function start(chat: Answer = deterministicChat(), options: Partial<RemoteEngineOptions> = {}) {
  const server = await ChatServer.start({ chats: [deterministicChat()] });
  const engine = await createRemoteEngine({ baseUrls: [server.url], wishes, ...options });
  onTestFinished(async () => {
    await engine.close();
    await server.die();
  });
  server.got.length = 0;
  server.chats = [chat];
  const prompts = () => server.chatsGot.map(({ body }) => promptOf(body));
  return {
    server,
    engine,
    prompts,
    open: (stream?: StreamOptions) => new StreamLog(engine.openStream(stream)),
  };
}

/** Gives frames one at a time, and waits until each has been thought about. */
async function watchSlowly(
  engine: Engine,
  log: StreamLog,
  pictures: readonly number[],
  from = 0,
): Promise<void> {
  for (const [i, picture] of pictures.entries()) {
    const { seq, mediaTimeMs } = frame(engine.model, from + i);
    log.stream.push(restamped(frame(engine.model, picture), { seq, mediaTimeMs }));
    await eventually(() => log.all("thought.done").length > seq, `frame ${seq} was thought about`);
  }
}

const reasons = (thoughts: readonly ThoughtDone[]) => thoughts.map(({ skipReason }) => skipReason);
const always = deterministicChat(() => true);

describe("a stream of the remote backend", () => {
  it("begins every prompt with what the one before began with: instructions, then pictures, then all text", async () => {
    const { engine, prompts, open } = await start(always);
    const log = open({ stillLevels: null, instructions: "Tell me of red cars." });
    await watchSlowly(engine, log, [0, 1, 2, 3]);
    log.stream.ask("What do you see?");
    await eventually(() => log.all("answer.done").length === 1, "the answer came");
    const all = prompts();
    expect(all).toHaveLength(9);
    for (const [i, prompt] of all.entries()) {
      const shared = (text: string) => text.slice(0, text.lastIndexOf(">") + 1);
      expect(prompt).toContain("Tell me of red cars.");
      expect(prompt.startsWith(shared(all[i - 1] ?? ""))).toBe(true);
      expect(prompt.slice(prompt.lastIndexOf(">"))).not.toContain("<");
      expect(picturesOf(prompt)).toHaveLength(Math.min(4, Math.floor(i / 2) + 1));
    }
    expect(all.at(-1)).toContain("What do you see?");
  });

  it("slides its window seldom and in large steps", async () => {
    const { engine, prompts, open } = await start(deterministicChat(() => false));
    const log = open({ stillLevels: null, visualWindowUnits: 4 });
    await watchSlowly(engine, log, [0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(prompts().map((prompt) => picturesOf(prompt).length)).toEqual([1, 2, 3, 4, 3, 4, 3, 4, 3]);
  });

  it("asks nothing about a picture in which nothing has changed", async () => {
    const { engine, prompts, open } = await start(always);
    const log = open();
    await watchSlowly(engine, log, [0, 1, 1, 1, 1, 2]);
    expect(reasons(log.all("thought.done")).slice(3)).toEqual(["still", "still", null]);
    expect(picturesOf(prompts().at(-1)!)).toHaveLength(4);
    const [spoken, still] = [log.all("thought.done")[0]!, log.all("thought.done")[3]!];
    expect([spoken.prompt!.prefilled > 0, still.prompt!.prefilled]).toEqual([true, 0]);
  });

  it("leaves out what comes too late, and sees all of it", async () => {
    let release = () => {};
    const hold = new Promise<void>((resolve) => {
      release = resolve;
    });
    const chat: Answer = async (response, got) => {
      if (picturesOf(promptOf(got.body)).length === 1) await hold;
      await always(response, got);
    };
    const { engine, server, prompts, open } = await start(chat);
    const log = open({ stillLevels: null });
    log.stream.push(frame(engine.model, 0));
    await server.hasChats(1);
    for (const seq of [1, 2, 3]) log.stream.push(frame(engine.model, seq));
    await eventually(() => log.all("unit.seen").length === 4, "all were seen");
    release();
    await eventually(() => log.all("thought.done").length === 4, "all were thought about");
    expect(reasons(log.all("thought.done"))).toEqual([null, "late", "late", null]);
    expect(picturesOf(prompts().at(-1)!)).toHaveLength(4);
    expect(log.all("frame.dropped")).toEqual([]);
  });

  it("thinks about every frame where frames wait for it", async () => {
    const { engine, open } = await start();
    const log = open({ stillLevels: null, skipLate: false });
    await watch(log, engine.model, 12);
    expect(reasons(log.all("thought.done"))).not.toContain("late");
    expect(log.all("thought.done")).toHaveLength(12);
  });

  it("answers while it thinks, and stops an answer at the server when it is cancelled", async () => {
    const chat: Answer = (response, got) =>
      promptOf(got.body).includes("Question:") ? opens(delta("It is"))(response, got) : always(response, got);
    const { engine, server, open } = await start(chat);
    const log = open({ stillLevels: null });
    await watchSlowly(engine, log, [0]);
    const answer = log.stream.ask("What is it?");
    await eventually(() => log.all("answer.delta").length === 1, "the answer has begun");
    await watchSlowly(engine, log, [1], 1);
    log.stream.cancel(answer);
    await server.chatsGot.find(({ body }) => promptOf(body).includes("Question:"))!.left;
    await eventually(() => log.all("answer.done").length === 1, "the answer has ended");
    expect(log.all("answer.done")).toMatchObject([{ status: "cancelled", text: "It is" }]);
  });

  it("says once that its model cannot be reached, goes on seeing, and says when it answers again", async () => {
    const { engine, server, prompts, open } = await start(always);
    const log = open({ stillLevels: null });
    await watchSlowly(engine, log, [0]);
    await server.die();
    await watchSlowly(engine, log, [0, 1, 2], 1);
    expect(reasons(log.all("thought.done"))).toEqual([null, "unavailable", "unavailable", "unavailable"]);
    expect(log.all("availability.changed")).toMatchObject([
      { available: false, message: expect.stringContaining(new URL(server.url).port) },
    ]);
    await server.listen();
    let seq = 3;
    await eventually(async () => {
      await watchSlowly(engine, log, [seq], 1 + seq++);
      return log.all("thought.done").at(-1)!.skipReason === null;
    }, "it thinks again");
    expect(log.all("availability.changed").map(({ available }) => available)).toEqual([false, true]);
    // What was seen meanwhile is in the prompt.
    expect(picturesOf(prompts().at(-1)!).length).toBeGreaterThanOrEqual(5);
  });

  it("keeps what was told of a thought that was cut off", async () => {
    const cut: Answer = (response, got) => {
      if (isDecision(got.body)) return always(response, got);
      begin(response);
      send(response, delta("A red car comes, while a man "));
      send(response, delta("waits, and then"));
      // Everything so far arrives, and then the connection ends in the middle of the answer.
      response.socket!.end();
    };
    const { engine, open } = await start(cut);
    const log = open();
    await watchSlowly(engine, log, [0]);
    expect(log.all("thought.done")).toMatchObject([{ skipReason: null, stop: "length" }]);
    expect(log.all("thought.done")[0]!.text).toMatch(/^A red car comes/);
    expect(log.all("availability.changed")).toMatchObject([{ available: false }]);
  });

  it.each([
    ["a picture that the server refuses", "cannot identify image file", 16, 1],
    ["more pictures than the server takes", "At most 2 image(s) may be provided in one prompt.", 8, 1],
    ["a context that is too short for them", "This model's maximum context length is 100 tokens.", 8, 1],
  ])("goes on after %s, without what was in its window", async (_, refusal, mostLater, afterwards) => {
    let isFaulty = true;
    const chat: Answer = (response, got) =>
      isFaulty && picturesOf(promptOf(got.body)).length === 3
        ? error(400, refusal)(response, got)
        : always(response, got);
    const { engine, prompts, open } = await start(chat);
    const log = open({ stillLevels: null });
    await watchSlowly(engine, log, [0, 1, 2]);
    isFaulty = false;
    await watchSlowly(engine, log, [3], 3);
    expect(picturesOf(prompts().at(-1)!)).toHaveLength(afterwards);
    expect(reasons(log.all("thought.done"))).toEqual([null, null, "unavailable", null]);
    expect(log.all("availability.changed").map(({ available }) => available)).toEqual([false, true]);
    await watchSlowly(
      engine,
      log,
      Array.from({ length: mostLater }, (_, i) => 4 + i),
      4,
    );
    expect(Math.max(...prompts().map((prompt) => picturesOf(prompt).length))).toBe(mostLater);
  });

  it("looks anew at what stands still when its pictures were refused", async () => {
    let isFaulty = true;
    const chat: Answer = (response, got) =>
      isFaulty && picturesOf(promptOf(got.body)).length === 3
        ? error(400, "cannot identify image file")(response, got)
        : always(response, got);
    const { engine, prompts, open } = await start(chat);
    const log = open();
    await watchSlowly(engine, log, [0, 1, 1]);
    isFaulty = false;
    await watchSlowly(engine, log, [1, 1], 3);
    log.stream.ask("What is it?");
    await eventually(() => log.all("answer.done").length === 1, "the answer came");
    expect(reasons(log.all("thought.done"))).toEqual([null, null, "unavailable", null, "still"]);
    expect(picturesOf(prompts().at(-1)!)).toHaveLength(1);
  });

  it("does not call prompts free when its server counts nothing", async () => {
    const message = { role: "assistant", content: "speak" };
    const chat: Answer = (response, got) => {
      if (!got.body.stream) return json({ choices: [{ message, finish_reason: "stop" }] })(response, got);
      begin(response);
      send(response, delta("A red car comes.", "stop"));
      send(response, "[DONE]");
      response.end();
    };
    const { engine, open } = await start(chat);
    const log = open();
    await watchSlowly(engine, log, [0]);
    expect(log.all("thought.done")).toMatchObject([{ text: "A red car comes.", prompt: null }]);
  });

  it("ends an answer that goes round in circles", async () => {
    const round: Answer = async (response, got) => {
      if (!promptOf(got.body).includes("Question:")) return always(response, got);
      begin(response);
      while (!response.destroyed) {
        for (const word of "She wears a blanket. ".split(/(?<= )/)) send(response, delta(word));
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    };
    const { engine, server, open } = await start(round);
    const log = open();
    await watchSlowly(engine, log, [0]);
    log.stream.ask("What is it?");
    await eventually(() => log.all("answer.done").length === 1, "the answer has ended");
    expect(log.all("answer.done")).toMatchObject([{ status: "completed", text: "She wears a blanket." }]);
    await server.chatsGot.find(({ body }) => promptOf(body).includes("Question:"))!.left;
  });

  it("gives a reason for an answer that failed", async () => {
    const chat: Answer = (response, got) =>
      promptOf(got.body).includes("Question:")
        ? error(400, "the picture is refused")(response, got)
        : always(response, got);
    const { engine, open } = await start(chat);
    const log = open();
    await watchSlowly(engine, log, [0]);
    log.stream.ask("What is it?");
    await eventually(() => log.all("answer.done").length === 1, "the answer has ended");
    expect(log.all("answer.done")).toMatchObject([
      {
        status: "failed",
        error: { code: "remote_failed", message: expect.stringContaining("the picture is refused") },
      },
    ]);
  });

  it("skips thoughts when the limit on calls is reached, and still answers", async () => {
    const { engine, open } = await start(always, { callsPerMinute: 60 });
    const log = open({ stillLevels: null });
    for (let seq = 0; !reasons(log.all("thought.done")).includes("limited"); seq++)
      await watchSlowly(engine, log, [seq], seq);
    expect(log.all("availability.changed")).toEqual([]);
    log.stream.ask("What is it?");
    await eventually(() => log.all("answer.done").length === 1, "the answer has ended");
    expect(log.all("answer.done")[0]!.status).toBe("completed");
  });
});
