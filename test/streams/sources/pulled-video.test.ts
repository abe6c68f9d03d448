import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import type { ServerEvent } from "../../../src/protocol/mod.ts";
import { LOG_LIMITS, PulledVideo, StreamHandle } from "../../../src/streams/mod.ts";
import { makeTempDir, makeVideo } from "../../support/media.ts";
import { ScriptedEngine } from "../../support/scripted-engine.ts";
import { until } from "../../support/server.ts";

let dir: Awaited<ReturnType<typeof makeTempDir>>;
let clip: string;
beforeAll(async () => {
  dir = await makeTempDir();
  clip = await makeVideo(join(dir.path, "clip.mp4"), { seconds: 3 });
});
afterAll(() => dir.remove());

function play(input: string, pace: "realtime" | "max" = "max", signal?: AbortSignal) {
  const engine = new ScriptedEngine();
  const stream = new StreamHandle({
    id: "session_0",
    engine,
    limits: {
      maxFps: 10,
      maxFrameBytes: 1,
      maxFramePixels: 1,
      maxPixelsPerSecond: 1_000_000,
      maxCatchUpMs: 60_000,
      maxInflight: 4,
      idleTimeoutMs: 1000,
      ...LOG_LIMITS,
    },
  });
  onTestFinished(() => stream.close());
  const events: ServerEvent[] = [];
  stream.log.from(null).subscribe((entry) => "event" in entry && events.push(entry.event));
  stream.feed(new PulledVideo({ input, pace, ...(signal && { signal }) }));
  const last = async () => {
    await until("the end", () => stream.state === "closed");
    return events.at(-1);
  };
  return { engine, stream, events, last };
}

describe("a video that is pulled", () => {
  it("is seen to its end, at the rate that the stream wants", async () => {
    const { engine, last } = play(clip);
    expect(await last()).toMatchObject({
      type: "session.closed",
      reason: "completed",
      totals: { frames_in: 30, units: 15 },
    });
    const frames = engine.opened[0]!.frames;
    expect(frames.map(({ mediaTimeMs }) => mediaTimeMs)).toEqual(frames.map((_, i) => 100 * i));
  });

  it("ends where its stream is ended, and what was seen is thought about", async () => {
    const { engine, stream, last } = play(clip, "realtime");
    await until("some frames", () => (engine.opened[0]?.frames.length ?? 0) >= 4);
    stream.end();
    const seen = engine.opened[0]!.frames.length;
    expect(await last()).toMatchObject({
      reason: "completed",
      totals: { frames_in: seen, units: Math.floor(seen / 2) },
    });
  });

  it("stops at once when its stream is closed", async () => {
    const { engine, stream, events } = play(clip, "realtime");
    await until("some frames", () => (engine.opened[0]?.frames.length ?? 0) >= 2);
    stream.close();
    const [seen, said] = [engine.opened[0]!.frames.length, events.length];
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect([engine.opened[0]!.frames.length, events.length]).toEqual([seen, said]);
  });

  it("that is aborted ends there without a complaint", async () => {
    const { events, last } = play(clip, "max", AbortSignal.abort());
    expect(await last()).toMatchObject({ reason: "going_away", totals: { frames_in: 0 } });
    expect(events.map(({ type }) => type)).toEqual(["session.stats", "session.closed"]);
  });

  it("that cannot be read makes its stream fail, and says why", async () => {
    const { events, last } = play(join(dir.path, "none.mp4"));
    expect(await last()).toMatchObject({ reason: "failed" });
    expect(events[0]).toMatchObject({ type: "error", error: { code: "file_not_found", fatal: true } });
  });
});
