import { describe, expect, it } from "vitest";
import type { Isolation } from "../../src/backends/mod.ts";
import { type BackendFigures, type Engine, type EngineError, startEngine } from "../../src/engine/mod.ts";
import { CaptionBackend } from "../support/caption-backend.ts";
import { startTinyEngine } from "../support/engine.ts";
import { eventually } from "../support/media.ts";
import { feed, StreamLog } from "../support/stream-log.ts";

/** What the backend has counted, once that holds. It is asked once a second at most. */
async function figuresOf(
  engine: Engine,
  holds: (figures: BackendFigures) => boolean,
): Promise<BackendFigures> {
  for (let attempt = 0; ; attempt++) {
    const { backend } = await engine.figures();
    if (backend !== null && holds(backend)) return backend;
    if (attempt > 20) throw new Error(`The figures do not come to that: ${JSON.stringify(backend)}`);
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
}

describe("what an engine counts", () => {
  // At the same time, because most of it is waiting: figures are asked for once a second.
  it.concurrent.each<Isolation>(["threads", "process"])(
    "is what its workers have done, and what their caches hold, with %s",
    async (isolation) => {
      await using engine = await startTinyEngine({ isolation });
      const before = await figuresOf(engine, () => true);
      // It has tried the model out, and has nothing open.
      expect(before).toMatchObject({
        cacheBytes: { visual: 0, text: 0 },
        waiting: { units: 0, thinkers: 0 },
        remote: null,
      });
      const log = new StreamLog(engine.openStream({ stillLevels: null }));
      await feed(log.stream, engine.model, 0, 12);
      await eventually(
        () => log.all("thought.done").length === 12 / engine.model.framesPerUnit,
        "all was thought about",
      );
      const open = await figuresOf(engine, ({ cacheBytes }) => cacheBytes!.visual > 0);
      expect(open.cacheBytes!.text).toBeGreaterThan(0);
      expect(await engine.figures()).toMatchObject({ openStreams: 1, restarts: 0 });
      await log.stream.close();
      const after = await figuresOf(engine, ({ cacheBytes }) => cacheBytes!.visual === 0);
      expect(after.cacheBytes!.text).toBe(0);
      expect(after.vision!.units - before.vision!.units).toBe(12 / engine.model.framesPerUnit);
      expect(after.vision!.busyMs).toBeGreaterThan(before.vision!.busyMs);
      expect(after.steps!.count).toBeGreaterThan(before.steps!.count);
      expect(after.steps!.tokens).toBeGreaterThanOrEqual(after.steps!.count);
      expect(after.steps!.busyMs).toBeGreaterThan(before.steps!.busyMs);
      expect(after.drafts!.accepted).toBeLessThanOrEqual(after.drafts!.drafted);
      if (isolation === "threads") expect(after.process).toBeNull();
      else {
        expect(after.process!.residentBytes).toBeGreaterThan(2 ** 24);
        expect(after.process!.cpuMs).toBeGreaterThanOrEqual(before.process!.cpuMs);
      }
    },
  );
});

describe("the health of an engine", () => {
  it("tells that what runs the model has died and is started again, and how often that was", async () => {
    const backends: CaptionBackend[] = [];
    let start = () => {};
    const engine = await startEngine(
      async () => {
        const backend = new CaptionBackend();
        if (backends.push(backend) > 1) await new Promise<void>((resolve) => (start = resolve));
        return backend;
      },
      { minUptimeMs: 0 },
    );
    expect(engine.health).toBe("ready");
    expect(await engine.figures()).toMatchObject({ restarts: 0, backend: null });
    backends[0]!.die(new Error("A test."));
    await eventually(() => engine.health === "restarting", "the death is known");
    expect((await engine.figures()).backend).toBeNull();
    await eventually(() => backends.length === 2, "another one is being started");
    start();
    await eventually(() => engine.health === "ready", "it was started again");
    expect((await engine.figures()).restarts).toBe(1);
    await engine.close();
    expect(engine.health).toBe("closed");
  });

  it("tells that it has failed for good", async () => {
    const failures: EngineError[] = [];
    const backends: CaptionBackend[] = [];
    const engine = await startEngine(
      async () => {
        backends.push(new CaptionBackend());
        return backends.at(-1)!;
      },
      { maxQuickFailures: 0, onFailure: (error) => failures.push(error) },
    );
    backends[0]!.die(new Error("A test."));
    await eventually(() => engine.health === "failed", "it has given up");
    expect(failures).toHaveLength(1);
    await engine.close();
  });

  it("tells that the model cannot be reached for now", async () => {
    const backend = Object.assign(new CaptionBackend(), { isReachable: true });
    const engine = await startEngine(async () => backend);
    expect(engine.health).toBe("ready");
    backend.isReachable = false;
    expect(engine.health).toBe("unreachable");
    await engine.close();
  });
});
