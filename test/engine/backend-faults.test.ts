import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it, vi } from "vitest";
import { type EngineError, type EngineOptions, startEngine } from "../../src/engine/mod.ts";
import { CaptionBackend, type CaptionOptions, type Lie } from "../support/caption-backend.ts";
import { frame } from "../support/frames.ts";
import { StreamLog, watch } from "../support/stream-log.ts";

/** An engine on fake backends: each that is started is kept, the first one first. */
async function start(how: readonly CaptionOptions[], options: EngineOptions = {}) {
  const backends: CaptionBackend[] = [];
  const failures: EngineError[] = [];
  const engine = await startEngine(
    async () => {
      const next = how[backends.length];
      if (next === undefined) throw new Error("no backend is left");
      backends.push(new CaptionBackend(next));
      return backends.at(-1)!;
    },
    { onFailure: (error) => failures.push(error), ...options },
  );
  return { engine, backends, failures };
}

describe("a backend that lies", () => {
  it.each<Lie>([
    "sees a unit twice",
    "sees a unit that it was not given",
    "begins a task twice",
    "thinks about a unit that is not there",
    "goes on with a task that has ended",
    "ends a thought as nothing seen",
    "ends an answer as skipped",
    "skips without a reason",
    "fails an answer without an error",
    "finishes a unit before its thoughts",
    "finishes a unit twice",
    "ends before it was told to",
  ])("and %s loses that stream, which says so", async (lie) => {
    const { engine } = await start([{ lie }]);
    const log = new StreamLog(engine.openStream());
    log.stream.ask("what colour is it?");
    for (const seq of [0, 1, 2]) log.stream.push(frame(engine.model, seq));
    log.stream.end();
    await log.completed;
    expect(log.events.filter(({ type }) => type === "stream.ended")).toEqual([]);
    expect(log.events.at(-1)).toMatchObject({
      type: "stream.failed",
      code: "worker_failed",
      fatal: true,
      message: expect.stringMatching(/broke its contract: .*\.$/),
    });
    const told = log.events.length;
    await sleep(20);
    expect(log.events).toHaveLength(told);
    await engine.close();
  });

  it("loses no other stream", async () => {
    const { engine } = await start([{ lie: "begins a task twice" }]);
    const [bad, good] = [new StreamLog(engine.openStream()), new StreamLog(engine.openStream())];
    bad.stream.push(frame(engine.model, 0));
    bad.stream.push(frame(engine.model, 1));
    await bad.completed;
    good.stream.push(frame(engine.model, 0));
    good.stream.end();
    await good.completed;
    expect(good.events.at(-1)).toMatchObject({ type: "stream.ended", totals: { units: 1 } });
    await engine.close();
  });
});

describe("a backend that is slow", () => {
  it("makes the oldest waiting frames be dropped, each of them told, and is not given more than it can take", async () => {
    const { engine, backends } = await start([{ wordMs: 40 }]);
    const log = new StreamLog(engine.openStream({ maxInflightFrames: 2 }));
    for (let seq = 0; seq < 12; seq++) {
      log.stream.push(frame(engine.model, seq));
      await sleep(5);
    }
    expect(backends[0]!.streams.size).toBe(1);
    log.stream.end();
    await log.completed;
    const { framesIn, framesDropped, units } = log.stream.totals;
    expect(framesDropped).toBeGreaterThan(0);
    expect(log.all("frame.dropped")).toHaveLength(framesDropped);
    expect(units).toBe(framesIn - framesDropped);
    await engine.close();
  });
});

describe("a backend that dies", () => {
  it("takes its streams with it and is started again", async () => {
    const { engine, backends, failures } = await start([{}, {}], { minUptimeMs: 0 });
    const lost = new StreamLog(engine.openStream());
    lost.stream.push(frame(engine.model, 0));
    backends[0]!.die(new Error("the engine room is flooded"));
    await lost.completed;
    expect(lost.events.at(-1)).toMatchObject({
      type: "stream.failed",
      code: "worker_failed",
      message: "the engine room is flooded",
    });
    const stream = await vi.waitFor(() => engine.openStream());
    const log = await watch(new StreamLog(stream), engine.model, 2);
    expect(log.events.at(-1)).toMatchObject({ type: "stream.ended", totals: { units: 2 } });
    expect(backends).toHaveLength(2);
    expect(failures).toEqual([]);
    await engine.close();
  });

  it("and cannot be started again leaves an engine that says so", async () => {
    const { engine, backends, failures } = await start([{}], { maxQuickFailures: 1 });
    backends[0]!.die(new Error("gone"));
    await vi.waitFor(() => expect(failures).toHaveLength(1));
    expect(failures[0]!.message).toContain("no backend is left");
    expect(() => engine.openStream()).toThrowError(expect.objectContaining({ code: "worker_failed" }));
    await engine.close();
  });
});

describe("a backend that dies again and again, soon after its start", () => {
  it("is started again a few times in a row, then given up", async () => {
    const { engine, backends, failures } = await start([{}, {}, {}, {}], { maxQuickFailures: 2 });
    for (const nth of [0, 1, 2]) {
      await vi.waitFor(() => expect(backends).toHaveLength(nth + 1), 10_000);
      await vi.waitFor(() => void engine.openStream().close(), 10_000);
      expect(failures).toEqual([]);
      backends[nth]!.die(new Error(`the ${nth}th time`));
    }
    await vi.waitFor(() => expect(failures).toHaveLength(1));
    expect([failures[0]!.message, backends.length]).toEqual(["the 2th time", 3]);
    await engine.close();
  });

  it("is forgiven what lies before a time in which it lived", async () => {
    const { engine, backends, failures } = await start([{}, {}, {}], {
      maxQuickFailures: 1,
      minUptimeMs: 200,
    });
    for (const nth of [0, 1]) {
      await vi.waitFor(() => void engine.openStream().close());
      if (nth === 1) await new Promise((resolve) => setTimeout(resolve, 250));
      backends[nth]!.die(new Error("gone"));
      await vi.waitFor(() => expect(backends).toHaveLength(nth + 2), 10_000);
    }
    expect([failures, backends.length]).toEqual([[], 3]);
    await engine.close();
  });

  it("is not waited for when the engine is closed", { retry: 2 }, async () => {
    const { engine, backends, failures } = await start([{}, {}], { maxQuickFailures: 10 });
    backends[0]!.die(new Error("gone"));
    await vi.waitFor(() => expect(backends).toHaveLength(2));
    backends[1]!.die(new Error("gone"));
    const beganMs = performance.now();
    await engine.close();
    expect(performance.now() - beganMs).toBeLessThan(500);
    expect([failures, backends.length]).toEqual([[], 2]);
  });
});

describe("two thinkers on one unit", () => {
  it("have a thought each, under an id of its own, and the unit waits for both", async () => {
    const { engine } = await start([{}]);
    const log = await watch(new StreamLog(engine.openStream({ paradigm: "interleaved" })), engine.model, 3);
    const ids = log.all("thought.done").map(({ thought }) => thought);
    const thoughts = [0, 1, 2].flatMap((unit) => [`stream_0_thought_${unit}`, `stream_0_thought_${unit}_2`]);
    expect([...ids].sort()).toEqual([...thoughts].sort());
    for (const unit of [1, 2]) {
      const seen = log.events.findIndex((event) => event.type === "unit.seen" && event.unit === unit);
      const before = log.events.slice(0, seen).filter(({ type }) => type === "thought.done");
      expect(before).toHaveLength(2 * unit);
    }
    await engine.close();
  });
});
