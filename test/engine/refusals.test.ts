import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createEngine } from "../../src/backends/mod.ts";
import { type Engine, EngineError, type StreamOptions } from "../../src/engine/mod.ts";
import { type Frame, RgbFrame } from "../../src/ingest/mod.ts";
import { startTinyEngine } from "../support/engine.ts";
import { frame } from "../support/frames.ts";
import { StreamLog } from "../support/stream-log.ts";

let engine: Engine & AsyncDisposable;
beforeAll(async () => {
  engine = await startTinyEngine({ maxStreams: 2 });
});
afterAll(() => engine[Symbol.asyncDispose]());

/** What an action is refused with. */
function refused(action: () => unknown): EngineError {
  try {
    action();
  } catch (error) {
    if (error instanceof EngineError) return error;
    throw error;
  }
  throw new Error("it was not refused");
}

describe("createEngine", () => {
  it("refuses a bundle that is not there", async () => {
    await expect(createEngine({ model: "/no/such/model" })).rejects.toMatchObject({
      name: "ModelError",
      code: "bundle_not_found",
    });
  });
});

describe("openStream", () => {
  it.each<[keyof StreamOptions, readonly unknown[]]>([
    ["visualWindowUnits", [0, 6, 1.5, Number.NaN, -1]],
    ["textWindowTokens", [0, 25]],
    ["thoughtTokens", [0, 7]],
    ["answerTokens", [0, 6]],
    ["temperature", [-0.1, 2.1, Number.NaN]],
    ["seed", [-1, 2 ** 32, 0.5]],
    ["maxInflightFrames", [1, 1001]],
    ["paradigm", ["sideways"]],
  ])("refuses a %s that is out of range, by name", (param, values) => {
    for (const value of values) {
      const error = refused(() => engine.openStream({ [param]: value }));
      expect(error).toMatchObject({ code: "option_out_of_range", param });
      expect(error.message).toContain(param);
      expect(error.message).toContain(String(value));
    }
  });

  it("takes the edges of the ranges", async () => {
    for (const options of [
      { visualWindowUnits: 1, textWindowTokens: 1, thoughtTokens: 1, answerTokens: 1, maxInflightFrames: 2 },
      {
        visualWindowUnits: 5,
        textWindowTokens: 24,
        temperature: 2,
        seed: 2 ** 32 - 1,
        maxInflightFrames: 1000,
      },
    ])
      await engine.openStream(options).close();
  });

  it("refuses one stream too many, and takes it when another is gone", async () => {
    const [first, second] = [engine.openStream(), engine.openStream()];
    expect(refused(() => engine.openStream())).toMatchObject({ code: "too_many_streams" });
    await first.close();
    const third = new StreamLog(engine.openStream());
    third.stream.end();
    await third.completed;
    const fourth = engine.openStream();
    await Promise.all([second.close(), fourth.close()]);
  });
});

describe("a stream", () => {
  it("takes frames of any size and fails, for good, with one whose pixels are not to be had", async () => {
    const { width, height } = engine.model;
    const log = new StreamLog(engine.openStream());
    const wide = { width: 2 * width, height, data: new Uint8Array(6 * width * height) };
    for (const seq of [0, 1]) log.stream.push(new RgbFrame({ seq, mediaTimeMs: seq, arrivedAtMs: 0 }, wide));
    await log.next("thought.done");
    const broken: Frame = Object.assign(frame(engine.model, 2), {
      rgb: () => Promise.reject(new Error("torn")),
    });
    for (const _ of [0, 1]) log.stream.push(broken);
    await log.completed;
    expect(log.events.at(-1)).toMatchObject({
      type: "stream.failed",
      code: "worker_failed",
      message: expect.stringContaining("torn"),
    });
  });

  it("refuses frames out of time, and stays usable", async () => {
    const log = new StreamLog(engine.openStream());
    log.stream.push(frame(engine.model, 4));
    for (const mediaTimeMs of [Number.NaN, Number.POSITIVE_INFINITY, 999, -1]) {
      const wrong: Frame = Object.assign(frame(engine.model, 5), { mediaTimeMs });
      expect(refused(() => log.stream.push(wrong))).toMatchObject({ code: "frame_time" });
    }
    log.stream.push(frame(engine.model, 5));
    log.stream.end();
    await log.completed;
    expect(log.stream.totals).toMatchObject({ framesIn: 2, units: 1 });
    expect(log.all("thought.done")).toHaveLength(1);
  });

  it("refuses questions that are empty or too long", async () => {
    const stream = engine.openStream();
    for (const empty of ["", "  \n"])
      expect(refused(() => stream.ask(empty))).toMatchObject({ code: "question_empty", param: "question" });
    const long = refused(() => stream.ask("how many cars ".repeat(6)));
    expect(long).toMatchObject({ code: "question_too_long", param: "question" });
    expect(long.message).toMatch(/has 18 tokens, and the limit is 16/);
    await stream.close();
  });

  it("refuses one open question too many, and takes it when one is answered or cancelled", async () => {
    const log = new StreamLog(engine.openStream());
    const asked = Array.from({ length: 32 }, () => log.stream.ask("what is moving"));
    expect(refused(() => log.stream.ask("what is moving"))).toMatchObject({ code: "too_many_questions" });
    expect(log.stream.cancel(asked[7]!)).toBe(true);
    await log.next("answer.done");
    asked.push(log.stream.ask("what is moving"));
    log.stream.push(frame(engine.model, 0));
    log.stream.end();
    await log.completed;
    expect(
      log
        .all("answer.done")
        .map(({ answer }) => answer)
        .sort(),
    ).toEqual([...asked].sort());
  });
});
