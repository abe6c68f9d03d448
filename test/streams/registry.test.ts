import { describe, expect, it } from "vitest";
import { isStreamName, type ListenedStream, LOG_LIMITS, StreamRegistry } from "../../src/streams/mod.ts";
import { ScriptedEngine } from "../support/scripted-engine.ts";
import { picture, until } from "../support/server.ts";

const limits = {
  maxFps: 30,
  maxFrameBytes: 1_000_000,
  maxFramePixels: 100 * 100,
  maxPixelsPerSecond: 1_000_000,
  maxCatchUpMs: 60_000,
  maxInflight: 4,
  idleTimeoutMs: 60_000,
  ...LOG_LIMITS,
};

describe("a registry", () => {
  it("opens streams up to its limit, knows them, and forgets each when it closes", () => {
    const registry = new StreamRegistry({ engine: new ScriptedEngine(), limits, maxStreams: 2 });
    const [first, second] = [registry.open(), registry.open()];
    expect([first.id, second.id]).toEqual(["session_0", "session_1"]);
    expect([...registry]).toEqual([first, second]);
    expect(registry.get("session_1")).toBe(second);
    expect(registry.isFull).toBe(true);
    expect(() => registry.open()).toThrowError(
      expect.objectContaining({
        code: "too_many_sessions",
        message: expect.stringContaining("has 2 sessions"),
      }),
    );

    first.close();
    expect(registry.get("session_0")).toBeUndefined();
    expect([registry.size, registry.isFull]).toEqual([1, false]);
    expect(registry.open().id, "no id comes twice").toBe("session_2");
  });

  it("knows what the engine has left beside what it has promised", () => {
    const engine = new ScriptedEngine({ maxStreams: 3 });
    const registry = new StreamRegistry({ engine, limits, maxStreams: 3 });
    const promised = registry.open();
    expect(registry.spare).toBe(2);
    promised.open();
    expect(registry.spare, "it has begun to use its place").toBe(2);
    engine.openStream();
    engine.openStream();
    expect([registry.spare, registry.isFull]).toEqual([0, true]);
  });

  it("tells its listeners of each stream, before anything has happened on it", async () => {
    const heard: string[] = [];
    const listeners = ["history", "alerts"].map((name) => (stream: ListenedStream) => {
      heard.push(`${name}: ${stream.id} opened`);
      stream.log
        .from(null)
        .subscribe((entry) => "event" in entry && heard.push(`${name}: ${entry.event.type}`));
    });
    const registry = new StreamRegistry({ engine: new ScriptedEngine(), limits, maxStreams: 2, listeners });
    const stream = registry.open({ id: "door" });
    const alert = { alert: "a", when: "a car stops", message: "A car stops.", media_time_ms: 250 };
    stream.raise({ ...alert, response_id: null, zone: null, snapshot: null });
    stream.close();
    stream.raise({ ...alert, response_id: null, zone: null, snapshot: null });
    await until("both have heard it", () => heard.length === 4);
    expect(heard).toEqual([
      "history: door opened",
      "alerts: door opened",
      "history: alert.raised",
      "alerts: alert.raised",
    ]);
  });

  it("opens a stream under a name of its own with settings, and no second one", async () => {
    const registry = new StreamRegistry({ engine: new ScriptedEngine(), limits, maxStreams: 8 });
    const door = registry.open({ id: "door", settings: { temperature: 0.5 } });
    expect([door.id, registry.get("door"), door.settings.temperature]).toEqual(["door", door, 0.5]);
    expect(() => registry.open({ id: "door" })).toThrowError(
      expect.objectContaining({ code: "stream_exists" }),
    );
    const wrong = { id: "yard", settings: { fps: 1e6 } };
    expect(() => registry.open(wrong)).toThrowError(expect.objectContaining({ code: "out_of_range" }));
    expect([...registry]).toEqual([door]);
    expect(door.newestFrame).toBeNull();
    door.input.push(await picture());
    await until("it is seen", () => door.newestFrame !== null);
    expect(door.newestFrame!.seq).toBe(0);
  });

  it("knows what a stream may be called", () => {
    expect(["door", "a", "0.b-c_d", "x".repeat(64)].map(isStreamName)).toEqual([true, true, true, true]);
    const wrong = ["", "-a", ".a", "a b", "a/b", "ä", "session_0", "x".repeat(65)];
    expect(wrong.filter(isStreamName)).toEqual([]);
  });

  it("forgets streams that end by themselves or fail, once each", async () => {
    const engine = new ScriptedEngine();
    const registry = new StreamRegistry({ engine, limits, maxStreams: 8 });
    const [ends, fails, stays] = [registry.open(), registry.open(), registry.open()];
    for (const stream of [ends, fails, stays]) stream.input.push(await picture());
    await until("all are seen", () => engine.opened.every(({ frames }) => frames.length === 1));
    ends.end();
    engine.opened[1]!.emit({
      type: "stream.failed",
      code: "worker_failed",
      message: "It died.",
      fatal: true,
    });
    await until("both are gone", () => registry.size === 1);
    ends.close();
    fails.close("failed");
    expect([...registry]).toEqual([stays]);
  });
});

describe("a registry with cameras", () => {
  it("counts cameras and sessions apart", () => {
    const registry = new StreamRegistry({
      engine: new ScriptedEngine(),
      limits,
      maxStreams: 1,
      maxCameras: 1,
    });
    registry.open({ id: "door", kind: "camera" });
    expect([registry.size, registry.isFull]).toEqual([0, false]);
    expect(() => registry.open({ id: "yard", kind: "camera" })).toThrowError(/has 1 cameras/);
    registry.open();
    expect([registry.size, registry.isFull]).toEqual([1, true]);
    expect([...registry].map(({ kind }) => kind)).toEqual(["camera", "session"]);
  });

  it("checks settings without opening anything", () => {
    const engine = new ScriptedEngine();
    const registry = new StreamRegistry({ engine, limits, maxStreams: 1 });
    registry.check({ fps: 2 });
    expect(() => registry.check({ fps: 99 })).toThrowError(expect.objectContaining({ code: "out_of_range" }));
    expect([registry.size, engine.opened.length]).toEqual([0, 0]);
  });
});
