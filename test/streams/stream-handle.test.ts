import { Observable } from "rxjs";
import sharp from "sharp";
import { describe, expect, it, onTestFinished } from "vitest";
import { type Frame, RgbFrame } from "../../src/ingest/mod.ts";
import type { ServerEvent, ServerEventOf } from "../../src/protocol/mod.ts";
import {
  type EventLog,
  LOG_LIMITS,
  type LogEntry,
  type Source,
  StreamHandle,
  type StreamHandleOptions,
  type StreamLimits,
} from "../../src/streams/mod.ts";
import { frame } from "../support/frames.ts";
import { type Script, ScriptedEngine } from "../support/scripted-engine.ts";
import { picture, until } from "../support/server.ts";

const limits: StreamLimits = {
  maxFps: 30,
  maxFrameBytes: 1_000_000,
  maxFramePixels: 100 * 100,
  maxPixelsPerSecond: 1_000_000,
  maxCatchUpMs: 60_000,
  maxInflight: 4,
  idleTimeoutMs: 60_000,
  ...LOG_LIMITS,
};
const jpeg = await picture();

function open(
  script: Script = {},
  { limits: changed, ...options }: Partial<Omit<StreamHandleOptions, "limits">> & { limits?: object } = {},
) {
  const engine = new ScriptedEngine(script);
  const stream = new StreamHandle({ id: "session_0", engine, limits: { ...limits, ...changed }, ...options });
  onTestFinished(() => stream.close());
  let sent = 0;
  /** Pushes frames at 10 a second of media time, each after the one before was decoded, so that none is dropped. */
  const frames = async (count: number) => {
    for (const end = sent + count; sent < end; sent++) {
      stream.input.push(jpeg, { seq: sent, mediaTimeMs: 100 * sent });
      await until("the frame was taken", () => engine.opened[0]?.frames.length === sent + 1);
    }
  };
  return { engine, stream, frames };
}

function listen(stream: StreamHandle, after: number | null = null) {
  const heard: LogEntry[] = [];
  const ears = { isCompleted: false };
  const listening = stream.log.from(after).subscribe({
    next: (entry) => heard.push(entry),
    complete: () => (ears.isCompleted = true),
  });
  const events = () => heard.flatMap((entry) => ("event" in entry ? [entry.event] : []));
  return Object.assign(ears, {
    heard,
    events,
    stop: () => listening.unsubscribe(),
    all: <T extends ServerEvent["type"]>(type: T) =>
      events().filter((event): event is ServerEventOf<T> & ServerEvent => event.type === type),
  });
}

it("tells the engine what was missed: frames that were lost, and gaps, but not frames that nobody needed", async () => {
  const { engine, stream, frames } = open();
  await frames(2);
  for (const reason of ["rate", "duplicate", "busy", "decode_error"] as const)
    stream.dropped({ seq: 9, mediaTimeMs: 900, reason });
  stream.gap({ fromMs: 1000, toMs: 5000, reason: "lost", message: "Nothing was seen." });
  expect(engine.opened[0]!.missing).toEqual([
    ["frames_dropped", 900],
    ["frames_dropped", 900],
    ["gap", 5000],
  ]);
});

describe("a stream with a mask", () => {
  const left = [
    [0, 0],
    [0.5, 0],
    [0.5, 1],
    [0, 1],
  ] as const;

  it("shows what is under it to nobody, whether a client pushes or a source gives the pictures", async () => {
    const { engine, stream } = open({}, { mask: [left], pictureSide: 640, zones: { left } });
    stream.input.push(await picture("jpeg", { width: 80, height: 60, colour: "white" }));
    await until("it was taken", () => engine.opened[0]?.frames.length === 1);
    const check = async (seen: Frame) => {
      const rgb = await seen.rgb(10, 10);
      expect([rgb[0], rgb[3 * 9]]).toEqual([0, 255]);
      const { data } = await sharp(await seen.jpeg(40))
        .raw()
        .toBuffer({ resolveWithObject: true });
      expect([data[0]! < 10, data[3 * 39]! > 245]).toEqual([true, true]);
    };
    await check(engine.opened[0]!.frames[0]!);
    await check(stream.newestFrame!);

    const { width, height } = engine.model;
    const white = { width, height, data: new Uint8Array(3 * width * height).fill(255) };
    stream.see(new RgbFrame({ seq: 1, mediaTimeMs: 1000, arrivedAtMs: 0 }, white));
    await check(engine.opened[0]!.frames[1]!);
    await check(stream.newestFrame!);
    expect(stream.format.largeSide).toBe(640);
    expect(stream.zones).toEqual({ left });
  });

  it("is not opened when that is not valid", () => {
    expect(() =>
      open(
        {},
        {
          mask: [
            [
              [0, 0],
              [1, 1],
              [2, 0],
            ],
          ],
        },
      ),
    ).toThrowError(
      expect.objectContaining({ code: "option_out_of_range", message: expect.stringContaining("[0][2][0]") }),
    );
  });

  it("asks a source for a picture that is not enlarged, and without one for none that the model does not need", () => {
    expect(open({}, { mask: [left] }).stream.format.largeSide).toBeGreaterThan(0);
    expect(open().stream.format.largeSide).toBeUndefined();
  });
});

describe("a stream's handle", () => {
  it("thinks on when its only listener has left, and tells the next one what the log still holds", async () => {
    const { stream, frames } = open();
    const first = listen(stream);
    await frames(2);
    await until("a thought", () => first.all("response.done").length === 1);
    first.stop();
    const leftAt = first.heard.length;
    await frames(4);
    stream.ask("still there?");
    stream.end();
    await until("the end", () => stream.state === "closed");
    expect(first.heard).toHaveLength(leftAt);

    const second = listen(stream);
    expect(second.isCompleted).toBe(true);
    expect(second.heard.slice(0, leftAt)).toEqual(first.heard);
    expect(second.all("response.reasoning_text.done").map(({ text }) => text)).toEqual([
      "unit 0 was seen",
      "unit 1 was seen",
      "unit 2 was seen",
    ]);
    expect(second.all("response.output_text.done")).toHaveLength(1);
    expect(second.events().at(-1)).toMatchObject({
      type: "session.closed",
      totals: { units: 3, answers: 1 },
    });
    const lastOfFirst = first.heard.at(-1) as { number: number };
    expect(listen(stream, lastOfFirst.number).heard).toEqual(second.heard.slice(leftAt));
  });

  it("says what is gone of its log", async () => {
    const { stream, frames } = open({}, { limits: { maxLogBytes: 2000 } });
    const there = listen(stream);
    await frames(12);
    await until("all thoughts", () => there.all("response.done").length === 6);
    const late = listen(stream);
    const [gap, ...rest] = late.heard;
    expect(gap).toEqual({ type: "gap", after: null, upTo: stream.log.oldest! - 1 });
    expect(rest.length).toBeGreaterThan(2);
    expect(rest).toEqual(there.heard.slice(-rest.length));
  });

  it("numbers what it says, and puts what is for one alone in no log", async () => {
    const { stream, frames } = open();
    const there = listen(stream);
    expect(stream.stats()).toMatchObject({ type: "session.stats", stats: { frames_in: 0, caches: null } });
    await frames(2);
    await until("a thought", () => there.all("response.done").length === 1);
    expect(stream.farewell("going_away")).toMatchObject({ reason: "going_away", totals: { frames_in: 2 } });
    const numbers = there.heard.map((entry) => ("event" in entry ? entry.number : -1));
    expect(numbers).toEqual(numbers.map((_, i) => i));
    expect(there.events().map(({ event_id }) => event_id)).toEqual(
      numbers.map((number) => `event_${number}`),
    );
    expect([...there.all("session.stats"), ...there.all("session.closed")]).toEqual([]);
  });

  it("counts thoughts and skips the same in its stats and in its totals", async () => {
    const { stream, frames } = open({ thought: (unit) => (unit % 3 === 0 ? "a car" : null) });
    const there = listen(stream);
    await frames(10);
    stream.ask("what?");
    stream.end();
    await until("the end", () => there.isCompleted);
    const stats = there.all("session.stats").at(-1)!.stats;
    const { totals } = there.all("session.closed")[0]!;
    expect(stats).toMatchObject({ units: 5, thoughts: 2, skips: 3, answers: 1, frames_in: 10 });
    const { units, thoughts, skips, answers, frames_in } = stats;
    expect(totals).toMatchObject({ units, thoughts, skips, answers, frames_in });
    // Two tokens and the end of a thought; a skip is a token.
    expect(totals.reasoning_tokens).toBe(2 * 3 + 3 * 1);
  });

  it("counts the same when it is stopped in the middle", async () => {
    const { stream, frames } = open({ thought: (unit) => (unit === 0 ? "a car" : null) });
    const there = listen(stream);
    await frames(6);
    await until("three thoughts", () => there.all("response.done").length === 3);
    stream.close("going_away");
    const { thoughts, skips } = there.all("session.stats").at(-1)!.stats;
    expect([thoughts, skips]).toEqual([1, 2]);
    expect(there.events().at(-1)).toMatchObject({
      type: "session.closed",
      reason: "going_away",
      totals: { thoughts: 1, skips: 2 },
    });
    expect(there.isCompleted).toBe(true);
  });

  it("closes without a word when no reason is given, and takes nothing afterwards", async () => {
    const { stream, engine, frames } = open();
    const there = listen(stream);
    await frames(1);
    stream.close();
    expect(there).toMatchObject({ heard: [], isCompleted: true });
    expect(engine.open).toEqual([]);
    expect(() => stream.input.push(jpeg)).toThrowError(expect.objectContaining({ code: "session_closing" }));
    expect(() => stream.ask("what?")).toThrowError(expect.objectContaining({ code: "session_closing" }));
    expect(() => stream.update({ fps: 1 })).toThrowError(
      expect.objectContaining({ code: "session_closing" }),
    );
  });

  it("says each of its last events once, though a listener closes it at the first of them", () => {
    const { stream } = open();
    const there = listen(stream);
    stream.log.from(null).subscribe((entry) => {
      if ("event" in entry && entry.event.type === "session.stats") stream.close("slow_reader");
    });
    stream.close("idle_timeout");
    expect(there.events().map(({ type }) => type)).toEqual(["session.stats", "session.closed"]);
    expect(there.all("session.closed")[0]?.reason).toBe("idle_timeout");
  });

  it("opens the engine's stream with options that no setting has", () => {
    const { stream, engine } = open({}, { engineOptions: { positions: "growing", temperature: 1 } });
    stream.update({ paradigm: "batch" });
    stream.ask("what?");
    expect(engine.opened[0]?.options).toMatchObject({
      positions: "growing",
      temperature: 1,
      paradigm: "batch",
      visualWindowUnits: 32,
    });
  });
});

describe("a stream's source", () => {
  it("is one", () => {
    const { stream } = open();
    stream.input.push(jpeg);
    expect(() => stream.feed({ start: () => () => {} })).toThrowError(/has a source already/);
  });

  it("is drained at the end, and stopped when the stream is closed", () => {
    for (const [stop, how] of [
      [(stream: StreamHandle) => stream.end(), "drain"],
      [(stream: StreamHandle) => stream.close(), "now"],
    ] as const) {
      const { stream, engine } = open();
      const stopped: string[] = [];
      const source: Source = { start: () => (asked) => stopped.push(asked) };
      stream.feed(source);
      expect(engine.opened).toHaveLength(1);
      stop(stream);
      expect(stopped).toEqual([how]);
    }
  });

  it("that is broken makes the stream fail, after what was seen of it was thought about", async () => {
    const { stream, engine } = open();
    const there = listen(stream);
    stream.feed({
      start: (into) => {
        for (const seq of [0, 1]) {
          into.arrived();
          into.see(frame(engine.model, seq));
        }
        into.problem({ code: "stall_timeout", message: "The camera fell silent.", fatal: true });
        into.ended();
        return () => {};
      },
    });
    await until("the end", () => there.isCompleted);
    expect(there.all("error")[0]?.error).toMatchObject({ code: "stall_timeout", fatal: true });
    expect(there.all("response.reasoning_text.done")).toHaveLength(1);
    expect(there.all("session.closed")[0]).toMatchObject({ reason: "failed", totals: { frames_in: 2 } });
  });

  it("that ends its stream while it starts is stopped", () => {
    const stopped: string[] = [];
    const { stream } = open();
    stream.feed({
      start: () => {
        stream.close();
        return (how) => stopped.push(how);
      },
    });
    expect(stopped).toEqual(["now"]);
  });
});

/** A log that keeps its events later, or cannot. */
class SlowLog implements EventLog {
  readonly kept: number[] = [];
  readonly oldest = null;
  readonly newest = null;
  isFull = false;

  async append({ number }: { readonly number: number }): Promise<number> {
    await new Promise((resolve) => setTimeout(resolve, 1));
    if (this.isFull) throw new Error("The disk is full.");
    this.kept.push(number);
    return number;
  }

  from() {
    return new Observable<never>();
  }

  end(): void {}
}

describe("a log that takes its time", () => {
  it("is given every event in order, and is not waited for", async () => {
    const log = new SlowLog();
    const { stream } = open({}, { log });
    for (let asked = 0; asked < 4; asked++) stream.ask("what?");
    expect(log.kept).toEqual([]);
    stream.close("going_away");
    // Each question is announced; figures and the end follow.
    await until("all is kept", () => log.kept.length >= 6);
    expect(log.kept).toEqual(log.kept.map((_, i) => i));
  });

  it("that loses an event is told as a fault", async () => {
    const log = new SlowLog();
    log.isFull = true;
    const faults: string[] = [];
    const { stream } = open({}, { log, onFault: (error, what) => faults.push(`${what} ${error}`) });
    stream.ask("what?");
    await until("the fault", () => faults.length > 0);
    expect(faults[0]).toBe("The log did not keep an event. Error: The disk is full.");
  });
});
