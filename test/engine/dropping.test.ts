import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Engine } from "../../src/engine/mod.ts";
import { startTinyEngine } from "../support/engine.ts";
import { frame } from "../support/frames.ts";
import { feed, StreamLog } from "../support/stream-log.ts";

let engine: Engine & AsyncDisposable;
beforeAll(async () => {
  engine = await startTinyEngine();
});
afterAll(() => engine[Symbol.asyncDispose]());

describe("frames that come faster than they are looked at", () => {
  it("are dropped and said so, the oldest first, and all are accounted for", async () => {
    const log = new StreamLog(engine.openStream());
    for (let seq = 0; seq < 40; seq++) log.stream.push(frame(engine.model, seq));
    log.stream.end();
    await log.completed;
    // Nobody could look in between: the first two units are under way, the last four frames wait.
    const dropped = log.all("frame.dropped");
    expect(dropped.map(({ seq }) => seq)).toEqual(Array.from({ length: 32 }, (_, i) => i + 4));
    expect(new Set(dropped.map(({ reason }) => reason))).toEqual(new Set(["busy"]));
    expect(dropped.every(({ seq, mediaTimeMs }) => mediaTimeMs === seq * 250)).toBe(true);
    expect(log.stream.totals).toMatchObject({ framesIn: 40, framesDropped: 32, units: 4 });
    expect(log.all("unit.seen").map(({ mediaTimeMs }) => mediaTimeMs)).toEqual([
      250,
      750,
      37 * 250,
      39 * 250,
    ]);
    // What is told of a unit may have happened while nobody looked.
    expect(log.all("thought.done").map(({ sinceMediaTimeMs }) => sinceMediaTimeMs)).toEqual([
      0,
      250,
      750,
      37 * 250,
    ]);
  });

  it("add up when some are dropped and some not, in any paradigm", async () => {
    for (const paradigm of ["streamed", "interleaved", "batch"] as const) {
      const log = new StreamLog(engine.openStream({ paradigm }));
      for (let seq = 0; seq < 60; seq++) {
        log.stream.push(frame(engine.model, seq));
        if (seq % 7 === 0) await new Promise((resolve) => setTimeout(resolve, 3));
      }
      log.stream.end();
      await log.completed;
      const { framesIn, framesDropped, units, thoughts, skips } = log.stream.totals;
      expect(framesIn).toBe(60);
      expect(framesDropped).toBe(log.all("frame.dropped").length);
      // A frame without a partner is looked at twice.
      expect([60, 61]).toContain(2 * units + framesDropped);
      expect(thoughts + skips).toBe(units);
      expect(log.events.at(-1)?.type).toBe("stream.ended");
    }
  });

  it("are never dropped by who waits for ready$", async () => {
    const log = new StreamLog(engine.openStream({ maxInflightFrames: 2 }));
    await feed(log.stream, engine.model, 0, 80);
    log.stream.end();
    await log.completed;
    expect(log.stream.totals).toMatchObject({ framesIn: 80, framesDropped: 0, units: 40 });
  });

  it("wait as many as one allows", async () => {
    const log = new StreamLog(engine.openStream({ maxInflightFrames: 10 }));
    for (let seq = 0; seq < 14; seq++) log.stream.push(frame(engine.model, seq));
    expect(log.stream.totals.framesDropped).toBe(0);
    log.stream.push(frame(engine.model, 14));
    expect(log.all("frame.dropped").map(({ seq }) => seq)).toEqual([4]);
    await log.stream.close();
  });

  it("of two streams, leave each of them one unit at vision: the others can still be dropped", async () => {
    const logs = [0, 1].map(() => new StreamLog(engine.openStream()));
    for (let seq = 0; seq < 20; seq++) for (const log of logs) log.stream.push(frame(engine.model, seq));
    const [first, second] = logs.map((log) => log.all("frame.dropped").map(({ seq }) => seq));
    // The first had vision to itself for two frames only.
    expect(first![0]).toBe(2);
    expect(second![0]).toBe(2);
    await Promise.all(logs.map((log) => log.stream.close()));
  });
});

describe("ready$", () => {
  it("is true while another frame is taken without a drop, false else, and replays its last value", async () => {
    const log = new StreamLog(engine.openStream());
    const said: boolean[] = [];
    let completed = false;
    log.stream.ready$.subscribe({
      next: (ready) => said.push(ready),
      complete: () => {
        completed = true;
      },
    });
    expect(said).toEqual([true]);
    for (let seq = 0; seq < 8; seq++) {
      expect(said.at(-1)).toBe(true);
      log.stream.push(frame(engine.model, seq));
    }
    expect(said).toEqual([true, false]);
    expect(log.all("frame.dropped")).toEqual([]);
    const late: boolean[] = [];
    log.stream.ready$.subscribe((ready) => late.push(ready));
    expect(late).toEqual([false]);
    await log.next("unit.seen");
    expect(said).toEqual([true, false, true]);
    log.stream.end();
    expect(said).toEqual([true, false, true, false]);
    await log.completed;
    expect(completed).toBe(true);
    expect(said).toHaveLength(4);
  });
});
