import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { describe, expect, it, onTestFinished } from "vitest";
import type { History, HistoryOptions } from "../../src/history/mod.ts";
import { LOG_LIMITS, type StreamHandle, StreamRegistry } from "../../src/streams/mod.ts";
import { historyPath, newHistory, wanted } from "../support/history.ts";
import { type Script, ScriptedEngine } from "../support/scripted-engine.ts";
import { picture, until } from "../support/server.ts";
import { mountSmallDisk } from "../support/small-disk.ts";

const limits = {
  ...{ maxFps: 30, maxFrameBytes: 1e6, maxFramePixels: 1e6, maxPixelsPerSecond: 1e9, maxCatchUpMs: 60_000 },
  ...{ maxInflight: 4, idleTimeoutMs: 60_000 },
  ...LOG_LIMITS,
};

function start(path: string, more: Partial<HistoryOptions> = {}, script: Script = {}) {
  const troubles: string[] = [];
  const recovered: string[] = [];
  const history = newHistory(path, {
    onTrouble: (message) => troubles.push(message),
    onRecovered: (message) => recovered.push(message),
    batchMs: 20,
    retryMs: 20,
    ...more,
  });
  const engine = new ScriptedEngine(script);
  const streams = new StreamRegistry({
    ...{ engine, limits, maxStreams: 4, maxCameras: 4 },
    listeners: [history.listener],
    past: (name) => history.past(name),
  });
  onTestFinished(async () => {
    for (const stream of [...streams]) stream.close();
    await history.close();
  });
  return { history, streams, engine, troubles, recovered };
}

const found = async (history: History, more: object = {}) => {
  const { found } = await history.ask("search", wanted(more));
  return found;
};

/** Waits until so many entries that fit are kept. */
async function holding(history: History, count: number, more: object = {}) {
  for (;;) {
    const entries = await found(history, more);
    if (entries.length >= count) return entries;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe("a history of streams", () => {
  it("keeps what a camera thinks, is asked, answers and is alerted of, and no session", async () => {
    const { history, streams, engine } = start(await historyPath(), {}, { answer: () => "two cars" });
    const door = streams.open({ id: "door", kind: "camera" });
    const session = streams.open();
    for (const stream of [door, session]) {
      for (const seq of [0, 1]) stream.input.push(await picture(), { seq, mediaTimeMs: 100 * seq });
      stream.ask("how many cars?");
    }
    await until("both were heard", () =>
      engine.opened.every(({ totals }) => totals.thoughts + totals.answers === 2),
    );
    door.raise({
      ...{ alert: "somebody", when: "a person comes", message: "A person comes.", media_time_ms: 100 },
      ...{ response_id: null, zone: null, snapshot: null },
    });
    door.gap({ fromMs: 100, toMs: 4000, reason: "lost", message: "For 3.9 seconds nothing was seen." });
    door.close("completed");
    session.close("completed");
    await holding(history, 7);
    const entries = await found(history);
    expect(new Set(entries.map(({ stream }) => stream))).toEqual(new Set(["door"]));
    expect(entries.map(({ type }) => type).sort()).toEqual(
      ["alert", "answer", "count", "count", "gap", "question", "thought"].sort(),
    );
    const [alert] = await found(history, { words: "person", types: ["alert"] });
    expect(JSON.parse(alert!.event)).toMatchObject({
      type: "alert.raised",
      alert: "somebody",
      media_time_ms: 100,
    });
    expect((await found(history, { words: "how cars" }))[0]).toMatchObject({ type: "question" });
    const thought = entries.find(({ type }) => type === "thought")!;
    expect(thought).toMatchObject({ text: "unit 0 was seen", mediaMs: 100, kind: "camera" });
  });

  it("keeps sessions where that is wanted", async () => {
    const { history, streams } = start(await historyPath(), { sessions: true });
    const session = streams.open();
    for (const seq of [0, 1]) session.input.push(await picture(), { seq, mediaTimeMs: 100 * seq });
    expect(await holding(history, 1)).toMatchObject([{ stream: "session_0", kind: "session" }]);
  });

  it("keeps a small picture with a thought, without what is masked, at a rate", async () => {
    const { history, streams } = start(await historyPath());
    const left = [
      [0, 0],
      [0.5, 0],
      [0.5, 1],
      [0, 1],
    ] as const;
    const door = streams.open({ id: "door", kind: "camera", mask: [left] });
    const white = await picture("jpeg", { width: 640, height: 480, colour: "white" });
    for (let seq = 0; seq < 8; seq++) door.input.push(white, { seq, mediaTimeMs: 100 * seq });
    await holding(history, 1, { types: ["thought"] });
    await until("a picture was kept", () => history.figures.written > 0);
    const withPicture = async () => (await found(history)).filter(({ hasPicture }) => hasPicture);
    while ((await withPicture()).length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    const [entry, ...others] = await withPicture();
    expect(others, "one in some seconds").toEqual([]);
    const jpeg = await history.find("door", `event_${entry!.number}`);
    const { data, info } = await sharp(jpeg!).raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height]).toEqual([320, 240]);
    expect(data[3 * (120 * 320 + 80)], "under the mask").toBeLessThan(10);
    expect(data[3 * (120 * 320 + 240)]).toBeGreaterThan(245);
    for (const id of ["event_999999", "event_1.2", "door", ""])
      expect(await history.find("door", id), id).toBeNull();
  });

  it("keeps a picture with each alert, also with two that come right behind a thought", async () => {
    const { history, streams } = start(await historyPath());
    const door = streams.open({ id: "door", kind: "camera" });
    for (const seq of [0, 1]) door.input.push(await picture(), { seq, mediaTimeMs: 100 * seq });
    await until("it was thought", () => door.figures.thoughts === 1);
    for (const alert of ["somebody", "a person"])
      door.raise({
        ...{ alert, when: "a person comes", message: "A person comes.", media_time_ms: 100 },
        ...{ response_id: null, zone: null, snapshot: null },
      });
    const pictured = async () => (await found(history)).filter(({ hasPicture }) => hasPicture);
    while ((await pictured()).length < 3) await new Promise((resolve) => setTimeout(resolve, 20));
    expect((await pictured()).map(({ type }) => type).sort()).toEqual(["alert", "alert", "thought"]);
  });

  it("tells where a camera's stream goes on: numbers, counts, media time, also after a restart", async () => {
    const path = await historyPath();
    const first = start(path);
    const door = first.streams.open({ id: "door", kind: "camera" });
    for (const seq of [0, 1]) door.input.push(await picture(), { seq, mediaTimeMs: 100 * seq });
    await until("it was thought", () => door.figures.thoughts === 1);
    first.engine.opened[0]!.emit({ type: "thought.recap", unit: 0, text: "so far one car came" });
    door.close("going_away");
    const { nextEvent } = door.standing;
    expect(first.history.past("door"), "in the same server").toMatchObject({ nextEvent, lastMs: 100 });
    await first.history.close();

    const second = start(path);
    await second.history.open();
    const past = second.history.past("door")!;
    expect(past).toMatchObject({ nextEvent, lastMs: 100, recap: "so far one car came" });
    expect(past.counts).toMatchObject({ frames_in: 2, units: 1, thoughts: 1 });
    expect(Date.now() - past.lastAtMs).toBeLessThan(60_000);
    expect(second.history.past("yard")).toBeNull();
  });

  it("lets a session that is kept and has a name go on, also after a restart, and no other session", async () => {
    const path = await historyPath();
    const first = start(path, { sessions: true });
    const see = async (stream: StreamHandle, thoughts: number) => {
      for (const seq of [0, 1]) stream.input.push(await picture(), { seq, mediaTimeMs: 100 * seq });
      await until("it was thought", () => stream.figures.thoughts === thoughts);
    };
    const bike = first.streams.open({ id: "bike" });
    await see(bike, 1);
    first.engine.opened[0]!.emit({ type: "thought.recap", unit: 0, text: "so far one car came" });
    bike.close("completed");
    const again = first.streams.open({ id: "bike" });
    await see(again, 2);
    again.close("completed");
    const nameless = first.streams.open();
    await see(nameless, 1);
    nameless.close("completed");
    await first.history.close();

    const second = start(path, { sessions: true });
    await second.history.open();
    const later = second.streams.open({ id: "bike" });
    expect(later.nextEvent).toBe(again.nextEvent);
    await see(later, 3);
    await see(second.streams.open(), 1);
    const recaps = [first, second].flatMap(({ engine }) => engine.opened.map(({ options }) => options.recap));
    expect(recaps).toEqual([null, "so far one car came", null, "so far one car came", null]);
  });

  it("writes nothing to a file where nothing is to be kept, and opens none", async () => {
    const path = await historyPath();
    const { history, streams } = start(path);
    streams.open().close("completed");
    await history.close();
    await expect(rm(path)).rejects.toMatchObject({ code: "ENOENT" });
  });

  it("says that it cannot be opened, and goes on trying", async () => {
    const dir = await historyPath();
    await writeFile(dir, "");
    const { history, streams, troubles } = start(join(dir, "history.db"));
    await expect(history.open()).rejects.toMatchObject({ code: "history_unusable" });
    const door = streams.open({ id: "door", kind: "camera" });
    for (const seq of [0, 1]) door.input.push(await picture(), { seq, mediaTimeMs: 100 * seq });
    await until("it is told", () => troubles.length > 0);
    await rm(dir);
    await holding(history, 1);
    expect(troubles).toHaveLength(1);
  });
});

const disk = mountSmallDisk(4 * 1024 * 1024);

describe.skipIf(disk === null)("a history on a full disk", () => {
  it("says so once, goes on trying, and writes what waits when there is room", async () => {
    onTestFinished(() => disk!.remove());
    const filler = join(disk!.path, "filler");
    const { history, streams, troubles, recovered } = start(join(disk!.path, "history.db"));
    const door = streams.open({ id: "door", kind: "camera" });
    let seq = 0;
    const see = async (units: number) => {
      const end = seq + 2 * units;
      for (const jpeg = await picture(); seq < end; seq++) {
        door.input.push(jpeg, { seq, mediaTimeMs: 100 * seq });
        if (seq % 2 === 1) await until("it was thought", () => door.figures.thoughts === (seq + 1) / 2);
      }
    };
    await see(1);
    await holding(history, 1, { types: ["thought"] });
    // All that is left is taken.
    await writeFile(filler, Buffer.alloc(8 * 1024 * 1024)).catch(() => {});
    // Something is found room for in pages that are there already.
    while (history.figures.failures < 3) await see(20);
    expect(troubles).toEqual([expect.stringMatching(/cannot be written \(.*\)\. It is tried again/)]);
    expect((await found(history)).length, "it is read meanwhile").toBeGreaterThan(0);
    expect(door.state, "the stream goes on").toBe("open");
    await rm(filler);
    const { thoughts } = door.figures;
    await until("it is written again", () => recovered.length === 1);
    await holding(history, Math.min(100, thoughts), { types: ["thought"] });
    const { streams: kept } = await history.ask("info", null);
    expect(kept[0]!.events, "nothing was lost").toBeGreaterThanOrEqual(thoughts);
    expect(history.figures.lost).toBe(0);
    door.close("completed");
    await history.close();
  });
});
