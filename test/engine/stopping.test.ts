import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createEngine } from "../../src/backends/mod.ts";
import type { Engine } from "../../src/engine/mod.ts";
import { TINY_BUNDLE } from "../support/bundles.ts";
import { startTinyEngine } from "../support/engine.ts";
import { frame } from "../support/frames.ts";
import { feed, StreamLog, watch } from "../support/stream-log.ts";

let engine: Engine & AsyncDisposable;
beforeAll(async () => {
  engine = await startTinyEngine();
});
afterAll(() => engine[Symbol.asyncDispose]());

const refusal = (code: string) => expect.objectContaining({ name: "EngineError", code });

describe("a stream that is closed under way", () => {
  it("says nothing more, is closed twice without harm, and does not disturb the others", async () => {
    const model = engine.model;
    const other = new StreamLog(engine.openStream({ temperature: 1, seed: 5 }));
    const closed = new StreamLog(engine.openStream());
    const alone = await watch(new StreamLog(engine.openStream({ temperature: 1, seed: 5 })), model, 40);
    await feed(other.stream, model, 0, 20);
    await feed(closed.stream, model, 0, 20);
    closed.stream.ask("what is moving");
    const closing = closed.stream.close();
    await closed.completed;
    const said = closed.events.length;
    await closing;
    await closed.stream.close();
    await feed(other.stream, model, 20, 40);
    other.stream.end();
    await other.completed;
    expect(closed.events).toHaveLength(said);
    expect(closed.all("stream.ended")).toEqual([]);
    expect(other.thoughts).toEqual(alone.thoughts);
  });

  it("takes no more frames or questions, and has none to cancel", async () => {
    for (const finish of [
      async (log: StreamLog) => log.stream.close(),
      async (log: StreamLog) => {
        log.stream.end();
        await log.completed;
      },
    ]) {
      const log = new StreamLog(engine.openStream());
      await finish(log);
      expect(() => log.stream.push(frame(engine.model, 0))).toThrowError(refusal("stream_closed"));
      expect(() => log.stream.ask("what is moving")).toThrowError(refusal("stream_closed"));
      expect(log.stream.cancel("stream_0_answer_0")).toBe(false);
      log.stream.end();
      await log.stream.close();
    }
  });

  it("takes no frames after its end was announced, but still questions", async () => {
    const log = new StreamLog(engine.openStream());
    await feed(log.stream, engine.model, 0, 8);
    log.stream.end();
    log.stream.end();
    expect(() => log.stream.push(frame(engine.model, 8))).toThrowError(refusal("stream_closed"));
    const answer = log.stream.ask("what is moving");
    await log.completed;
    expect(log.all("answer.done").map((event) => event.answer)).toEqual([answer]);
  });
});

describe("an engine that is closed", () => {
  it("ends its streams, opens no more, at once, and is closed twice without harm", async () => {
    const closing = await createEngine({ model: TINY_BUNDLE });
    const logs = [0, 1, 2].map(() => new StreamLog(closing.openStream()));
    for (const log of logs) await feed(log.stream, closing.model, 0, 12);
    const done = closing.close();
    expect(() => closing.openStream()).toThrowError(refusal("engine_closed"));
    const again = closing.close();
    await Promise.all([done, again, ...logs.map((log) => log.completed)]);
    expect(() => closing.openStream()).toThrowError(refusal("engine_closed"));
  });
});
