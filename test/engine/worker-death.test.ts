import type { Worker } from "node:worker_threads";
import { describe, expect, it, vi } from "vitest";
import { createEngine, type LocalEngineOptions } from "../../src/backends/mod.ts";
import type { Engine, EngineError } from "../../src/engine/mod.ts";
import { TINY_BUNDLE } from "../support/bundles.ts";
import { feed, StreamLog, watch } from "../support/stream-log.ts";

/** An engine, and its real workers: vision's first, then the reasoner's. */
async function startWithWorkers(options: Partial<LocalEngineOptions> = {}) {
  const workers: Worker[] = [];
  const keep = (worker: Worker) => workers.push(worker);
  process.on("worker", keep);
  const failures: EngineError[] = [];
  const engine = await createEngine({
    model: TINY_BUNDLE,
    onFailure: (error) => failures.push(error),
    ...options,
  });
  process.off("worker", keep);
  expect(workers).toHaveLength(2);
  const [vision, reasoner] = workers as [Worker, Worker];
  return { engine, failures, vision, reasoner };
}

/** A message that no worker can read: what it throws then, nobody catches. */
const crash = (worker: Worker) => worker.postMessage(null);

async function busyStreams(engine: Engine): Promise<StreamLog[]> {
  const logs = [0, 1, 2].map(() => new StreamLog(engine.openStream()));
  for (const log of logs) {
    await feed(log.stream, engine.model, 0, 12);
    log.stream.ask("what is moving", "end");
  }
  return logs;
}

describe.each(["vision", "reasoner"] as const)("when the %s worker dies", (name) => {
  it("too soon and too often, every stream fails for good, the owner is told once, and nothing more is opened", async () => {
    const { engine, failures, ...workers } = await startWithWorkers({ maxQuickFailures: 0 });
    const logs = await busyStreams(engine);
    crash(workers[name]);
    await Promise.all(logs.map(({ completed }) => completed));
    for (const { events, stream } of logs) {
      expect(events.at(-1)).toMatchObject({ type: "stream.failed", code: "worker_failed", fatal: true });
      expect(events.filter(({ type }) => type === "stream.failed")).toHaveLength(1);
      expect(() => stream.ask("what is moving")).toThrowError(/has ended/);
      await stream.close();
    }
    expect(failures).toMatchObject([{ code: "worker_failed", message: expect.stringContaining(name) }]);
    expect(() => engine.openStream()).toThrowError(expect.objectContaining({ code: "worker_failed" }));
    await engine.close();
  });

  it("streams and an engine that are being closed still get closed", async () => {
    const { engine, failures, ...workers } = await startWithWorkers();
    const [log] = await busyStreams(engine);
    crash(workers[name]);
    await log!.stream.close();
    await engine.close();
    expect(failures.length).toBeLessThanOrEqual(1);
  });
});

describe("when a worker dies that had run for a while", () => {
  it.each(["vision", "reasoner"] as const)(
    "%s: both are started again and new streams think",
    async (name) => {
      const { engine, failures, ...workers } = await startWithWorkers({ minUptimeMs: 0 });
      const [lost] = await busyStreams(engine);
      crash(workers[name]);
      await lost!.completed;
      expect(() => engine.openStream()).toThrowError(/being started again/);
      const stream = await vi.waitFor(() => engine.openStream(), { timeout: 20_000, interval: 50 });
      const log = await watch(new StreamLog(stream), engine.model, 6);
      expect(log.events.at(-1)).toMatchObject({ type: "stream.ended", totals: { units: 3 } });
      expect(log.all("thought.done")).toHaveLength(3);
      expect(failures).toEqual([]);
      await engine.close();
    },
  );
});
