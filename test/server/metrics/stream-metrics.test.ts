import { describe, expect, it } from "vitest";
import { MetricSet } from "../../../src/server/metrics/metric-set.ts";
import { StreamMetrics } from "../../../src/server/metrics/stream-metrics.ts";
import { readLimits } from "../../../src/server/mod.ts";
import { type StreamListener, StreamRegistry, type StreamRegistryOptions } from "../../../src/streams/mod.ts";
import { ScriptedEngine, type ScriptedStream } from "../../support/scripted-engine.ts";

/** Streams that are counted, with a time that goes on only when it is told to. */
function counted(more: Pick<StreamRegistryOptions, "past"> = {}) {
  let nowMs = 0;
  const set = new MetricSet();
  const metrics = new StreamMetrics(set, { keptMs: 1000, now: () => nowMs });
  const engine = new ScriptedEngine();
  const streams = registry(engine, [metrics.listener], more);
  return {
    ...{ engine, streams },
    wait: (ms: number) => {
      nowMs += ms;
    },
    open: (id: string) => streams.open({ id, kind: "camera" }),
    text: async () => {
      await metrics.settle();
      return (await set.render(false)).text;
    },
  };
}

function registry(
  engine: ScriptedEngine,
  listeners: readonly StreamListener[],
  more: Pick<StreamRegistryOptions, "past"> = {},
): StreamRegistry {
  const limits = readLimits();
  return new StreamRegistry({ engine, limits, maxStreams: 500, maxCameras: 500, listeners, ...more });
}

const seriesOf = (text: string, stream: string) =>
  text.split("\n").filter((line) => line.includes(`stream="${stream}"`)).length;

describe("the metrics of streams", () => {
  it("count cameras by name, and sessions all together, however many come", async () => {
    const { streams, open, text } = counted();
    open("door");
    const before = await text();
    for (let session = 0; session < 100; session++)
      streams.open(session % 2 ? { id: `named-${session}` } : {}).close("left");
    const after = await text();
    expect(seriesOf(after, "door")).toBe(seriesOf(before, "door"));
    expect(seriesOf(after, "door")).toBeGreaterThan(30);
    expect(after).toContain('thinkalong_streams_closed_total{kind="session",reason="left"} 100\n');
    // But for the reason of their ends, they have added no value.
    expect(after.split("\n").length).toBe(before.split("\n").length + 1);
  });

  it("tell a camera from the sessions, also one that is called as they are counted", async () => {
    const { open, text, engine } = counted();
    open("session").open();
    drop(engine.opened[0]!);
    const told = await text();
    expect(told).toContain('thinkalong_frames_dropped_total{stream="session (camera)",reason="busy"} 1\n');
    expect(told).toContain('thinkalong_frames_dropped_total{stream="session",reason="busy"} 0\n');
  });

  it("go on where they were when a camera is opened again, and are forgotten when it is gone for long", async () => {
    const { open, wait, text, engine } = counted();
    const drops = 'thinkalong_frames_dropped_total{stream="door",reason="busy"}';
    const first = open("door");
    first.open();
    drop(engine.opened[0]!);
    first.close("failed");
    wait(900);
    expect(await text()).toContain(`${drops} 1\n`);
    const second = open("door");
    second.open();
    drop(engine.opened[1]!);
    wait(5000);
    expect(await text()).toContain(`${drops} 2\n`);
    second.close("completed");
    wait(999);
    expect(seriesOf(await text(), "door")).toBeGreaterThan(0);
    wait(1);
    expect(seriesOf(await text(), "door")).toBe(0);
    open("door");
    expect(await text()).toContain(`${drops} 0\n`);
  });

  it("do not count again what an earlier stream of the name has counted, in another server", async () => {
    const first = counted();
    const stream = first.open("door");
    stream.open();
    think(first.engine.opened[0]!, 0);
    const past = { ...stream.standing, lastMs: 0, lastAtMs: 0, why: "A test." };
    const second = counted({ past: () => past });
    const next = second.open("door");
    next.open();
    think(second.engine.opened[0]!, 1);
    expect(next.figures.units).toBe(2);
    expect(await second.text()).toContain('thinkalong_units_total{stream="door"} 1\n');
  });

  it("are bounded while cameras of ever other names come and go", async () => {
    const { open, text } = counted();
    for (let camera = 0; camera < 300; camera++) open(`camera-${camera}`).close("completed");
    const named = new Set([...(await text()).matchAll(/stream="(camera-\d+)"/g)].map(([, name]) => name));
    expect(named.size).toBeGreaterThan(10);
    expect(named.size).toBeLessThanOrEqual(64);
    expect(named).toContain("camera-299");
  });

  it("escape what stands in a label", async () => {
    const set = new MetricSet();
    set.add("errors", { stream: 'a"b\\c\nd', code: "x" });
    expect((await set.render(false)).text).toContain('{stream="a\\"b\\\\c\\nd",code="x"} 1\n');
  });

  it("are not stopped by a value that is none", () => {
    const set = new MetricSet();
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, -1]) {
      set.add("frames", { stream: "door" }, value);
      set.observe("ttft", { stream: "door" }, value);
      set.replace("memory", [[{}, value]]);
    }
  });

  /** Events of a unit as they come from the engine: two frames, of which one is dropped, a thought, and its end. */
  it("cost little beside what a stream does with its events anyway", () => {
    const UNITS = 300;
    const round = (listeners: readonly StreamListener[]) => {
      const engine = new ScriptedEngine();
      const stream = registry(engine, listeners).open({ id: "door", kind: "camera" });
      stream.open();
      const startedAtMs = performance.now();
      for (let unit = 0; unit < UNITS; unit++) think(engine.opened[0]!, unit);
      const tookMs = performance.now() - startedAtMs;
      stream.close();
      return tookMs;
    };
    const listener = new StreamMetrics(new MetricSet()).listener;
    const best = { without: Number.POSITIVE_INFINITY, with: Number.POSITIVE_INFINITY };
    // Other tests run meanwhile. They only add to a time, so the least ones come nearer to the truth with each round.
    for (let i = 0; i < 8 || (i < 200 && best.with >= 2 * best.without); i++) {
      best.without = Math.min(best.without, round([]));
      best.with = Math.min(best.with, round([listener]));
    }
    // What a stream does with its events is itself a hundredth of what the model takes for them.
    expect(best.with / best.without).toBeLessThan(2);
  });
});

function drop(stream: ScriptedStream): void {
  stream.emit({ type: "frame.dropped", seq: 0, mediaTimeMs: 0, reason: "busy" });
}

function think(stream: ScriptedStream, unit: number): void {
  const thought = `thought_${unit}`;
  const at = { thought, unit, mediaTimeMs: unit * 200 };
  const sinceMediaTimeMs = at.mediaTimeMs - 200;
  const when = { startedAtMs: 0, finishedAtMs: 1 };
  stream.emit({
    ...{ type: "unit.seen", unit, sinceMediaTimeMs, mediaTimeMs: at.mediaTimeMs, arrivedAtMs: 0 },
    ...{ still: false, unfamiliar: false, encoded: when },
  });
  drop(stream);
  stream.emit({ type: "thought.started", ...at });
  for (const delta of ["a", " car", " stops"]) stream.emit({ type: "thought.delta", ...at, delta });
  stream.emit({
    ...{ type: "thought.done", ...at, sinceMediaTimeMs, text: "a car stops" },
    ...{ skipped: false, skipReason: null, unfamiliar: false, stop: "end", tokens: 4, prompt: null },
    ...{ ttftMs: 80, stalenessMs: 200, reasoned: when },
  });
}
