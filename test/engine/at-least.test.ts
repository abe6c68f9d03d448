import { join } from "node:path";
import { lastValueFrom, toArray } from "rxjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createEngine } from "../../src/backends/mod.ts";
import { type Engine, type StreamOptions, startEngine } from "../../src/engine/mod.ts";
import { openVideo, RgbFrame } from "../../src/ingest/mod.ts";
import { BUNDLED_MODEL } from "../support/bundles.ts";
import { CAPTION_MODEL, CaptionBackend } from "../support/caption-backend.ts";
import { LABELLED_CLIPS } from "../support/clips.ts";
import { frame } from "../support/frames.ts";
import { feed, StreamLog } from "../support/stream-log.ts";

let engine: Engine;
beforeAll(async () => {
  engine = await createEngine({ model: BUNDLED_MODEL });
});
afterAll(() => engine.close());

async function ended(log: StreamLog, ...questions: string[]) {
  for (const question of questions) log.stream.ask(question, "end");
  log.stream.end();
  await log.completed;
  return log.all("answer.done").map(({ atLeastBecause }) => atLeastBecause);
}

const opened = (options: StreamOptions = {}) => new StreamLog(engine.openStream(options));

describe("a count is told to be a lower bound", () => {
  it("not while nothing was missed, whatever stood there from the start", async () => {
    const log = opened();
    await feed(log.stream, engine.model, 0, 8);
    expect(await ended(log, "How many cars passed?")).toEqual([[]]);
  });

  it("after a gap, and no other answer is", async () => {
    const log = opened();
    await feed(log.stream, engine.model, 0, 8);
    log.stream.missed("gap", 500);
    expect(await ended(log, "How many cars passed?", "What is this about?")).toEqual([["gap"], []]);
  });

  it("not by what was missed after the answer's last unit", async () => {
    const log = opened();
    await feed(log.stream, engine.model, 0, 8);
    log.stream.missed("gap", 3_600_000);
    expect(await ended(log, "How many cars passed?")).toEqual([[]]);
  });

  it("when frames were dropped, because the model was behind", async () => {
    // Grey for longer than a moment is unfamiliar and looks like a covered camera, and how many are seen depends on the machine.
    const log = opened({ maxInflightFrames: 2, sceneMonitor: false });
    for (let seq = 0; seq < 40; seq++) log.stream.push(frame(engine.model, seq, 0));
    expect(log.all("frame.dropped").length).toBeGreaterThan(0);
    const [because] = await ended(log, "How many cars passed?");
    expect(because).toContain("frames_dropped");
  });

  it("when the scene was unfamiliar, also after it is familiar again", async () => {
    const { width, height, fps } = engine.model;
    const log = opened({ maxInflightFrames: 1000 });
    const clip = openVideo(join(LABELLED_CLIPS, "street-0.mp4"), { width, height, fps, pace: "max" });
    const street = await lastValueFrom(clip.pipe(toArray()));
    const pictures = await Promise.all(street.map((one) => one.rgb(width, height)));
    const black = new Uint8Array(width * height * 3).fill(4);
    for (const [seq, data] of [...Array.from({ length: 16 }, () => black), ...pictures].entries()) {
      const times = { seq, mediaTimeMs: (1000 / fps) * seq, arrivedAtMs: performance.now() };
      log.stream.push(new RgbFrame(times, { width, height, data }));
    }
    const [because] = await ended(log, "How many cars passed?");
    expect(log.all("scene.changed").at(-1)).toMatchObject({ status: "familiar" });
    expect(because).toEqual(["unfamiliar"]);
  });

  it("when a thought itself says so, from that thought on", async () => {
    const captions = await startEngine(async () => new CaptionBackend({ overlooksAt: 2 }));
    const log = new StreamLog(captions.openStream());
    await feed(log.stream, CAPTION_MODEL, 0, 2);
    await log.next("thought.done", ({ unit }) => unit === 1);
    log.stream.ask("how many?");
    await log.next("answer.done");
    await feed(log.stream, CAPTION_MODEL, 2, 4);
    expect(await ended(log, "how many?")).toEqual([[], ["crowd"]]);
    await captions.close();
  });
});
