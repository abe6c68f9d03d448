import { describe, expect, it, onTestFinished } from "vitest";
import {
  type CameraEntry,
  CameraRoster,
  type CameraRosterOptions,
  cameraState,
} from "../../src/cameras/mod.ts";
import type { ServerEvent } from "../../src/protocol/mod.ts";
import {
  type Intake,
  type Source,
  type StreamPast,
  StreamRegistry,
  type StreamRegistryOptions,
} from "../../src/streams/mod.ts";
import { frame } from "../support/frames.ts";
import { makeTempDir } from "../support/media.ts";
import { SCRIPTED_MODEL, type Script, ScriptedEngine } from "../support/scripted-engine.ts";
import { until } from "../support/server.ts";
import { AMPLE_LIMITS } from "../support/stream-limits.ts";

/** A FAKE source, whose pictures a test gives. */
class HandSource implements Source {
  into: Intake | null = null;
  /** How it was stopped first. */
  stopped: string | null = null;
  private seq = 0;

  constructor(readonly entry: CameraEntry) {}

  start(into: Intake) {
    this.into = into;
    return (how: "drain" | "now") => {
      this.stopped ??= how;
      if (how === "drain") into.ended();
    };
  }

  see(count = 2): void {
    for (let i = 0; i < count; i++) this.into!.see(frame(SCRIPTED_MODEL, this.seq++));
  }

  fail(message = "The source was lost."): void {
    this.into!.problem({ code: "source_lost", message, fatal: true });
    this.into!.ended();
  }
}

function startRoster(
  options: Partial<CameraRosterOptions> &
    Partial<Pick<StreamRegistryOptions, "past">> & {
      readonly maxCameras?: number;
      readonly script?: Script;
    } = {},
) {
  const { maxCameras = 8, script, past = () => null, ...rest } = options;
  const engine = new ScriptedEngine(script);
  const streams = new StreamRegistry({ engine, limits: AMPLE_LIMITS, maxStreams: 4, maxCameras, past });
  const sources: HandSource[] = [];
  const troubles: [string | null, string][] = [];
  const roster = new CameraRoster({
    streams,
    state: null,
    sourceOf: (entry) => {
      sources.push(new HandSource(entry));
      return sources.at(-1)!;
    },
    waits: { firstMs: 1, mostMs: 5 },
    onTrouble: (camera, message) => troubles.push([camera, message]),
    onFault: (error) => {
      throw error;
    },
    ...rest,
  });
  onTestFinished(() => roster.close(0));
  return { engine, streams, sources, troubles, roster };
}

const cameras = (entries: Record<string, CameraEntry>) => new Map(Object.entries(entries));
const DOOR = { url: "rtsp://door/live" };
const YARD = { url: "rtsp://yard/live" };

describe("a roster of cameras", () => {
  it("opens each camera as a stream under its name, with its settings, and the sessions keep their places", async () => {
    const { engine, streams, roster, sources } = startRoster();
    const given = cameras({
      door: { ...DOOR, fps: 5, temperature: 1 },
      yard: YARD,
      shed: { ...YARD, enabled: false },
    });
    expect((await roster.load(given)).added).toEqual(["door", "yard", "shed"]);
    expect([...streams].map(({ id, kind }) => [id, kind])).toEqual([
      ["door", "camera"],
      ["yard", "camera"],
    ]);
    expect(engine.opened[0]!.options.temperature).toBe(1);
    expect(streams.get("door")!.settings.fps).toBe(5);
    expect(roster.list().map(({ name, status }) => [name, status.state])).toEqual([
      ["door", "connecting"],
      ["yard", "connecting"],
      ["shed", "disabled"],
    ]);
    sources[0]!.see();
    expect(roster.get("door")!.status.state).toBe("live");
    expect([streams.size, streams.isFull]).toEqual([0, false]);
    for (let i = 0; i < 4; i++) streams.open();
    expect(streams.isFull).toBe(true);
  });

  it("opens a camera again under its name when its stream has failed: events are numbered on, time goes on, the gap is told", async () => {
    const { engine, streams, roster, sources, troubles } = startRoster();
    await roster.load(cameras({ door: DOOR }));
    sources[0]!.see(4);
    const first = streams.get("door")!;
    const lastMs = first.newestFrame!.mediaTimeMs;
    await until("a thought", () => first.log.newest !== null && first.figures.thoughts === 2);
    engine.opened[0]!.emit({
      type: "stream.failed",
      code: "worker_failed",
      message: "The worker has died.",
      fatal: true,
    });
    await until("another stream", () => sources.length === 2);
    const second = streams.get("door")!;
    expect(second).not.toBe(first);
    sources[1]!.see(2);

    const entries: ServerEvent[] = [];
    const gaps: unknown[] = [];
    second.log.from(first.log.newest! - 1).subscribe((entry) => {
      if ("event" in entry) entries.push(entry.event);
      else gaps.push(entry);
    });
    expect(gaps, "the first stream's last event is gone").toEqual([
      { type: "gap", after: first.log.newest! - 1, upTo: first.log.newest! },
    ]);
    const gap = entries[0] as Extract<ServerEvent, { type: "input.gap" }>;
    expect(gap).toMatchObject({
      type: "input.gap",
      event_id: `event_${first.log.newest! + 1}`,
      from_ms: lastMs,
      reason: "restarted",
      message: expect.stringContaining("The worker has died."),
    });
    expect(gap.to_ms).toBeGreaterThan(lastMs);
    expect(engine.opened[1]!.frames[0]!.mediaTimeMs).toBe(gap.to_ms);
    expect(roster.get("door")!.status).toMatchObject({ state: "live", restarts: 1 });
    expect(troubles).toEqual([["door", expect.stringContaining("The worker has died.")]]);
  });

  it("goes on where its stream stood when another server ran", async () => {
    const counts = {
      ...{
        frames_in: 90,
        units: 40,
        units_unfamiliar: 1,
        thoughts: 30,
        skips: 9,
        answers: 1,
        reasoning_tokens: 99,
      },
      frames_dropped: { busy: 2, rate: 0, duplicate: 0, decode_error: 0 },
      skip_reasons: { nothing_new: 8, still: 1, repeated: 0, late: 0, limited: 0, unavailable: 0 },
    };
    const past: StreamPast = {
      ...{
        nextEvent: 500,
        counts,
        recap: "so far 3 cars came",
        lastMs: 60_000,
        lastAtMs: Date.now() - 10_000,
      },
      why: "The server was started again.",
    };
    const { engine, streams, roster, sources } = startRoster({
      past: (name) => (name === "door" ? past : null),
    });
    await roster.load(cameras({ door: DOOR, yard: YARD }));
    for (const source of sources) source.see(4);
    const [door, yard] = ["door", "yard"].map((name) => streams.get(name)!);
    await until("it was thought about", () => door!.figures.thoughts === 32);
    expect(door!.figures).toMatchObject({ units: 42, answers: 1, frames_dropped: { busy: 2 } });
    expect([door!.recap, yard!.recap]).toEqual(["so far 3 cars came", null]);
    expect(engine.opened.map(({ options }) => options.recap)).toEqual(["so far 3 cars came", null]);
    const events: ServerEvent[] = [];
    door!.log.from(null).subscribe((entry) => "event" in entry && events.push(entry.event));
    expect(events[0]).toMatchObject({
      type: "input.gap",
      event_id: "event_500",
      from_ms: 60_000,
      reason: "restarted",
    });
    expect(door!.newestFrame!.mediaTimeMs).toBeGreaterThanOrEqual(70_000);
    expect(yard!.newestFrame!.mediaTimeMs).toBeLessThan(10_000);
  });

  it("goes on trying while it cannot be opened, says why once, and is readable meanwhile", async () => {
    const script = { maxStreams: 1 };
    const { engine, streams, roster, sources, troubles } = startRoster({
      script,
      waits: { firstMs: 200, mostMs: 200 },
    });
    await roster.load(cameras({ door: DOOR }));
    sources[0]!.see();
    const first = streams.get("door")!;
    sources[0]!.fail();
    await until("its end", () => first.state === "closed");
    // Somebody else has the only place.
    const taken = engine.openStream();
    await until("an attempt", () => troubles.length === 2);
    expect(roster.get("door")).toMatchObject({
      isOver: false,
      stream: first,
      status: { state: "reconnecting" },
    });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(troubles.map(([, message]) => message)).toEqual([
      expect.stringContaining("The source was lost."),
      expect.stringContaining("no room"),
    ]);
    await taken.close();
    await until("another stream", () => streams.get("door") !== undefined);
  });

  it("does not open again what has come to its end, nor what the model cannot do", async () => {
    const { streams, roster, sources, troubles } = startRoster();
    await roster.load(cameras({ door: DOOR }));
    sources[0]!.see();
    sources[0]!.into!.ended();
    await until("its end", () => roster.get("door")!.status.state === "ended");
    expect([roster.get("door")!.isOver, streams.get("door"), troubles.length]).toEqual([true, undefined, 0]);
  });

  it("refuses what it is given with all that is wrong, and nothing has changed", async () => {
    const { roster } = startRoster({ maxCameras: 2 });
    await roster.load(cameras({ door: DOOR }));
    const wrong = cameras({
      a: { ...DOOR, fps: 99 },
      b: { ...DOOR, instructions: "Tell me all." },
      c: { ...DOOR, windows: { visual_units: 1000 } },
    });
    await expect(roster.load(wrong)).rejects.toMatchObject({
      problems: [
        { code: "camera_refused", camera: "a", key: "fps", message: expect.stringContaining("from 0 to 10") },
        { code: "camera_refused", camera: "b", key: "instructions" },
        { code: "camera_refused", camera: "c", key: "windows.visual_units" },
        { code: "too_many_cameras", message: expect.stringContaining("takes 2") },
      ],
    });
    expect(roster.list().map(({ name }) => name)).toEqual(["door"]);
  });

  it("says which limit the engine sets", async () => {
    const { roster } = startRoster({ script: { maxStreams: 1 } });
    await expect(roster.load(cameras({ door: DOOR, yard: YARD }))).rejects.toThrowError(/takes 1\b/);
  });

  it("opens what is new, closes what is gone, opens anew what has changed, and leaves the others alone", async () => {
    const { streams, roster, sources } = startRoster();
    await roster.load(cameras({ door: DOOR, yard: YARD, shed: DOOR }));
    for (const source of sources) source.see();
    const [door, yard, shed] = ["door", "yard", "shed"].map((name) => streams.get(name)!);
    const change = await roster.load(cameras({ door: DOOR, yard: { ...YARD, fps: 2 }, gate: DOOR }));
    expect(change).toEqual({ added: ["gate"], removed: ["shed"], changed: ["yard"], unchanged: ["door"] });
    expect(streams.get("door")).toBe(door);
    expect([door!.state, yard!.state, shed!.state]).toEqual(["open", "closed", "closed"]);
    sources.at(-2)!.see();
    const events: ServerEvent[] = [];
    streams
      .get("yard")!
      .log.from(null)
      .subscribe((entry) => "event" in entry && events.push(entry.event));
    expect(events[0]).toMatchObject({ type: "input.gap", reason: "restarted" });
    expect(roster.get("shed")).toBeUndefined();
  });

  it("lets what was seen be thought about when it is closed, and cuts off what takes longer", async () => {
    const { streams, roster, sources } = startRoster({ script: { pauseMs: 20 } });
    await roster.load(cameras({ door: DOOR }));
    sources[0]!.see();
    const stream = streams.get("door")!;
    await roster.close(10_000);
    expect([sources[0]!.stopped, stream.figures.thoughts, streams.get("door")]).toEqual([
      "drain",
      1,
      undefined,
    ]);

    const slow = startRoster({ script: { pauseMs: 60_000 } });
    await slow.roster.load(cameras({ door: DOOR }));
    slow.sources[0]!.see();
    const unfinished = slow.streams.get("door")!;
    await slow.roster.close(1);
    expect(unfinished.state).toBe("closed");
  });
});

describe("cameras that are made over the API", () => {
  async function folder() {
    const dir = await makeTempDir();
    onTestFinished(() => dir.remove());
    return dir.path;
  }

  it("are there again after a restart, also when the process had no time to end", async () => {
    const path = await folder();
    const first = startRoster({ state: cameraState(path) });
    await first.roster.restore();
    await first.roster.add("door", DOOR);
    await first.roster.add("yard", YARD);
    await first.roster.change("yard", (entry) => ({ ...entry, fps: 2 }));
    await first.roster.add("shed", YARD);
    await first.roster.remove("shed");

    const second = startRoster({ state: cameraState(path) });
    await second.roster.restore();
    expect(second.roster.list().map(({ name, origin, entry }) => [name, origin, entry])).toEqual([
      ["door", "api", DOOR],
      ["yard", "api", { ...YARD, fps: 2 }],
    ]);
  });

  it("stand behind those of the configuration, and are not lost by that", async () => {
    const { roster, streams } = startRoster();
    await roster.add("door", DOOR);
    const made = streams.get("door");
    expect((await roster.load(cameras({ door: YARD }))).changed).toEqual(["door"]);
    expect(roster.get("door")).toMatchObject({ origin: "config", entry: YARD });
    expect(streams.get("door")).not.toBe(made);
    await expect(roster.change("door", (entry) => entry)).rejects.toMatchObject({ code: "camera_fixed" });
    await expect(roster.remove("door")).rejects.toMatchObject({ code: "camera_fixed" });
    await roster.load(new Map());
    expect(roster.get("door")).toMatchObject({ origin: "api", entry: DOOR });
  });

  it("reach what the policy allows only, until whoever runs the server gives them", async () => {
    const policies: unknown[] = [];
    const network = { allowCameraHosts: ["door.local"] };
    const { roster } = startRoster({
      network,
      sourceOf: (entry, policy) => {
        policies.push(policy);
        return new HandSource(entry);
      },
    });
    await roster.add("door", DOOR);
    expect(policies).toEqual([network]);
    expect((await roster.load(cameras({ door: DOOR, yard: YARD }))).changed).toEqual(["door"]);
    expect(policies).toEqual([network, undefined, undefined]);
    expect((await roster.load(cameras({ yard: YARD }))).changed).toEqual(["door"]);
    expect(policies.at(-1)).toBe(network);
  });

  it("are refused before anything is spent on them", async () => {
    const { roster, engine, streams } = startRoster({ maxCameras: 1 });
    await expect(roster.add("a", { url: "/etc/passwd" })).rejects.toMatchObject({ code: "url_refused" });
    await expect(roster.add("a", { ...DOOR, fps: 99 })).rejects.toMatchObject({ code: "camera_refused" });
    await roster.add("a", DOOR);
    await expect(roster.add("a", DOOR)).rejects.toMatchObject({ code: "camera_exists" });
    await expect(roster.add("b", DOOR)).rejects.toMatchObject({ code: "too_many_cameras" });
    await expect(roster.change("a", () => ({ url: "file:///etc" }))).rejects.toMatchObject({
      code: "url_refused",
    });
    await expect(roster.remove("c")).rejects.toMatchObject({ code: "camera_not_found" });
    await roster.add("b", { ...DOOR, enabled: false });
    expect([engine.opened.length, [...streams].length]).toEqual([1, 1]);
  });

  it("are not opened when they cannot be kept", async () => {
    const { roster, engine } = startRoster({ state: cameraState("/dev/null/server") });
    await expect(roster.add("door", DOOR)).rejects.toMatchObject({ code: "state_unwritable" });
    expect([engine.opened.length, roster.list()]).toEqual([0, []]);
  });

  it("of an earlier model, which this one cannot do, are listed as refused and can be mended", async () => {
    const path = await folder();
    const file = cameraState(path);
    await file.write(new Map([["door", { ...DOOR, windows: { visual_units: 1000 } }]]));
    await file.close();
    const { roster, troubles } = startRoster({ state: cameraState(path) });
    await roster.restore();
    expect(roster.get("door")!.status).toMatchObject({
      state: "refused",
      message: expect.stringContaining("1000"),
    });
    expect(troubles).toEqual([["door", expect.stringContaining("visual_units")]]);
    await roster.change("door", () => DOOR);
    expect(roster.get("door")!.status.state).toBe("connecting");
  });
});
