import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Engine, StreamOptions } from "../../src/engine/mod.ts";
import { startTinyEngine } from "../support/engine.ts";
import { feed, StreamLog, watch } from "../support/stream-log.ts";

let engine: Engine & AsyncDisposable;
beforeAll(async () => {
  engine = await startTinyEngine();
});
afterAll(() => engine[Symbol.asyncDispose]());

const open = (options: StreamOptions = {}) =>
  new StreamLog(engine.openStream({ temperature: 1, seed: 5, ...options }));

describe("a question", () => {
  it("is answered while the video goes on, in pieces and as a whole, about what was seen by then", async () => {
    const log = open();
    await feed(log.stream, engine.model, 0, 10);
    const answer = log.stream.ask("  what is moving  ");
    await log.next("answer.done");
    await feed(log.stream, engine.model, 10, 20);
    log.stream.end();
    await log.completed;
    const [done] = log.all("answer.done");
    const deltas = log.all("answer.delta");
    expect(done).toMatchObject({ answer, question: "what is moving", tokens: { question: 3 } });
    expect(["completed", "incomplete"]).toContain(done!.status);
    expect(deltas.every((delta) => delta.answer === answer)).toBe(true);
    expect(deltas.map(({ delta }) => delta).join("")).toBe(done!.text);
    expect(done!.text).not.toBe("");
    expect(done!.tokens.answer).toBe(deltas.length);
    expect(done!.unit).toBeLessThan(5);
    expect(done!.mediaTimeMs).toBe(250 * (2 * done!.unit + 1));
    expect(done!.firstMs).toBeGreaterThan(0);
    expect(done!.doneMs).toBeGreaterThanOrEqual(done!.firstMs);
  });

  it("leaves the narrator's own thoughts as they would have been", async () => {
    const alone = await watch(open(), engine.model, 40);
    const log = open();
    for (let seq = 0; seq < 40; seq += 4) {
      await feed(log.stream, engine.model, seq, seq + 4);
      log.stream.ask("how many cars have left");
    }
    log.stream.end();
    await log.completed;
    expect(log.all("answer.done")).toHaveLength(10);
    expect(log.thoughts).toEqual(alone.thoughts);
  });

  it("that comes before the first frame waits for the first thought", async () => {
    const log = open();
    log.stream.ask("what is moving");
    await feed(log.stream, engine.model, 0, 4);
    log.stream.end();
    await log.completed;
    const first = log.events.findIndex(({ type }) => type === "thought.done");
    const answered = log.events.findIndex(({ type }) => type === "answer.delta");
    expect(first).toBeGreaterThanOrEqual(0);
    expect(answered).toBeGreaterThan(first);
    expect(log.all("answer.done")[0]?.unit).toBeGreaterThanOrEqual(0);
  });

  it("about the end is answered from all of it, and before the stream has ended", async () => {
    const log = open();
    log.stream.ask("how many cars have left", "end");
    await watch(log, engine.model, 20);
    expect(log.all("answer.done")[0]).toMatchObject({ unit: 9, mediaTimeMs: 19 * 250 });
    const types = log.events.map(({ type }) => type);
    expect(types.indexOf("answer.delta")).toBeGreaterThan(types.lastIndexOf("thought.done"));
    expect(types.at(-1)).toBe("stream.ended");
  });

  it("is kept until the end by the batch paradigm", async () => {
    const log = open({ paradigm: "batch" });
    await feed(log.stream, engine.model, 0, 10);
    log.stream.ask("what is moving");
    await feed(log.stream, engine.model, 10, 20);
    log.stream.end();
    await log.completed;
    expect(log.all("answer.done")[0]).toMatchObject({ unit: 9 });
  });

  it("about nothing fails, and says why", async () => {
    const log = open();
    log.stream.ask("what is moving");
    log.stream.ask("what is moving", "end");
    await watch(log, engine.model, 0);
    const done = log.all("answer.done");
    expect(done).toHaveLength(2);
    for (const answer of done)
      expect(answer).toMatchObject({
        status: "failed",
        text: "",
        unit: -1,
        mediaTimeMs: -1,
        error: { code: "nothing_seen" },
      });
  });

  it("is cancelled in mid-answer or while it waits, and ends exactly once", async () => {
    const log = open();
    const waiting = log.stream.ask("what is moving", "end");
    await feed(log.stream, engine.model, 0, 10);
    const running = log.stream.ask("what is moving");
    await log.next("answer.delta");
    expect([log.stream.cancel(running), log.stream.cancel(waiting)]).toEqual([true, true]);
    log.stream.cancel(running);
    log.stream.end();
    await log.completed;
    const done = log.all("answer.done");
    expect(done.map(({ answer }) => answer).sort()).toEqual([waiting, running].sort());
    expect(done.find(({ answer }) => answer === waiting)).toMatchObject({ status: "cancelled", text: "" });
    const deltas = log.all("answer.delta").filter(({ answer }) => answer === running);
    expect(done.find(({ answer }) => answer === running)?.text).toBe(
      deltas.map(({ delta }) => delta).join(""),
    );
    expect(log.stream.cancel(running)).toBe(false);
    expect(log.stream.cancel("no such answer")).toBe(false);
  });

  it.each(["streamed", "batch"] as const)(
    "that comes when the last thought is done is told that it is too late, or answered (%s)",
    async (paradigm) => {
      const log = open({ paradigm });
      let answer = "";
      log.stream.events$.subscribe((event) => {
        if (event.type === "thought.done" && event.unit === 3) answer = log.stream.ask("what is moving");
      });
      await watch(log, engine.model, 8);
      expect(log.all("answer.done").map((event) => event.answer)).toEqual([answer]);
      const [done] = log.all("answer.done");
      if (done?.status === "failed") expect(done.error?.code).toBe("stream_closed");
      expect(log.events.at(-1)?.type).toBe("stream.ended");
    },
  );

  it("is one of several, each answered once, under its own id", async () => {
    const log = open();
    await feed(log.stream, engine.model, 0, 6);
    const asked = Array.from({ length: 8 }, (_, i) =>
      log.stream.ask("how many cars have left", i % 2 === 0 ? "now" : "end"),
    );
    expect(new Set(asked).size).toBe(8);
    log.stream.end();
    await log.completed;
    expect(
      log
        .all("answer.done")
        .map((event) => event.answer)
        .sort(),
    ).toEqual([...asked].sort());
    expect(log.stream.totals.answers).toBe(8);
  });
});
