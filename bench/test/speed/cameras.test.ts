import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Engine } from "../../../src/engine/mod.ts";
import { SAMPLE_CLIP } from "../../../test/support/clips.ts";
import { startTinyEngine } from "../../../test/support/engine.ts";
import { abortable } from "../../lib/abortable.ts";
import { Camera, feed } from "../../speed/camera.ts";
import { type Clip, loadClip } from "../../speed/clip.ts";
import { runIntervals } from "../../speed/interval-runner.ts";
import { StreamRecord } from "../../speed/stream-record.ts";

const { signal } = new AbortController();
let engine: Engine & AsyncDisposable;
let clip: Clip;
beforeAll(async () => {
  engine = await startTinyEngine();
  clip = await loadClip(SAMPLE_CLIP, engine.model, 2, signal);
});
afterAll(() => engine[Symbol.asyncDispose]());

describe("a clip", () => {
  it("begins anew after its last frame, while time and count go on", async () => {
    const first = clip.frame(1);
    const again = clip.frame(clip.length + 1);
    const { width, height } = engine.model;
    expect(await again.rgb(width, height)).toBe(await first.rgb(width, height));
    expect([again.seq, again.mediaTimeMs]).toEqual([clip.length + 1, (clip.length + 1) * 500]);
    expect(again.arrivedAtMs).toBeGreaterThanOrEqual(first.arrivedAtMs);
  });
});

describe("a camera", () => {
  it("pushes all its frames at their times, the late ones at once", async () => {
    const record = new StreamRecord(engine.openStream({ maxInflightFrames: 100 }));
    const pushed: number[] = [];
    const startAtMs = performance.now() - 200;
    const camera = new Camera({
      stream: record.stream,
      clip,
      startAtMs,
      intervalMs: 20,
      frames: 20,
      onPushed: (count) => pushed.push(count),
    });
    await runIntervals([camera], Number.POSITIVE_INFINITY, signal);
    expect(performance.now() - startAtMs).toBeGreaterThanOrEqual(19 * 20);
    record.stream.end();
    await record.ended(signal);
    expect(pushed).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    expect(record.stream.totals).toMatchObject({ framesIn: 20, framesDropped: 0, units: 10 });
    expect(camera.lateMs[0]).toBeGreaterThanOrEqual(200);
  });
});

describe("feeding", () => {
  it("waits for the engine, so that nothing is dropped", async () => {
    const record = new StreamRecord(engine.openStream());
    await feed(record.stream, clip, { from: 0, to: 120 }, signal);
    record.stream.end();
    await record.ended(signal);
    expect(record.stream.totals).toMatchObject({ framesIn: 120, framesDropped: 0, units: 60 });
    expect([record.thoughts.length, record.encodedMs.length, record.dropped]).toEqual([60, 60, 0]);
  });

  it("stops when it is told to", async () => {
    const stop = new AbortController();
    const stream = engine.openStream();
    const fed = feed(stream, clip, { from: 0, to: 1e6 }, stop.signal, (pushed) => {
      if (pushed === 10) stop.abort();
    });
    await expect(fed).rejects.toMatchObject({ name: "AbortError" });
    expect(stream.totals.framesIn).toBe(10);
    await stream.close();
  });
});

describe("waiting", () => {
  it("ends with the signal", async () => {
    const stop = new AbortController();
    const waiting = abortable(new Promise(() => {}), stop.signal);
    stop.abort(new Error("enough"));
    await expect(waiting).rejects.toThrow("enough");
    await expect(abortable(Promise.resolve(1), stop.signal)).rejects.toThrow("enough");
    await expect(abortable(Promise.resolve(1), signal)).resolves.toBe(1);
  });
});
