import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Engine, Paradigm, StreamOptions } from "../../src/engine/mod.ts";
import { startTinyEngine } from "../support/engine.ts";
import { frame } from "../support/frames.ts";
import { feed, StreamLog, watch } from "../support/stream-log.ts";

const UNITS = 24;
const PARADIGMS: readonly Paradigm[] = ["streamed", "interleaved", "batch"];
/** Drawn, not greedy: the random weights would say much the same of everything. */
const DRAWN: StreamOptions = { temperature: 1, seed: 5 };

let engine: Engine & AsyncDisposable;
beforeAll(async () => {
  engine = await startTinyEngine();
});
afterAll(() => engine[Symbol.asyncDispose]());

const open = (options: StreamOptions = {}) => new StreamLog(engine.openStream({ ...DRAWN, ...options }));
const run = (options: StreamOptions = {}, scene = 0) => watch(open(options), engine.model, 2 * UNITS, scene);

describe("a stream", () => {
  it.each(PARADIGMS)("thinks exactly once about every unit, in order (%s)", async (paradigm) => {
    const log = await run({ paradigm });
    const units = Array.from({ length: UNITS }, (_, i) => i);
    expect(log.all("thought.done").map(({ unit }) => unit)).toEqual(units);
    expect(log.all("thought.started").map(({ unit }) => unit)).toEqual(units);
    expect(log.all("unit.seen").map(({ unit }) => unit)).toEqual(units);
    expect(log.all("unit.seen").map(({ sinceMediaTimeMs }) => sinceMediaTimeMs)).toEqual(
      log.all("thought.done").map(({ sinceMediaTimeMs }) => sinceMediaTimeMs),
    );
    expect(log.all("thought.done").map(({ mediaTimeMs }) => mediaTimeMs)).toEqual(
      units.map((unit) => 250 * (2 * unit + 1)),
    );
    expect(log.events.at(-1)).toMatchObject({
      type: "stream.ended",
      totals: { framesIn: 2 * UNITS, framesDropped: 0, units: UNITS },
    });
    const quiet = log.all("thought.done").filter(({ skipped }) => skipped).length;
    expect(log.stream.totals).toMatchObject({ thoughts: UNITS - quiet, skips: quiet });
  });

  it("says in pieces what it says as a whole", async () => {
    const log = await run();
    for (const { unit, text, skipped, tokens, stop } of log.all("thought.done")) {
      const deltas = log.all("thought.delta").filter((delta) => delta.unit === unit);
      expect(deltas.map(({ delta }) => delta).join("")).toBe(text);
      expect(skipped).toBe(deltas.length === 0);
      if (skipped) expect([tokens, stop]).toEqual([1, "end"]);
      else expect(tokens).toBe(deltas.length + 1);
    }
    expect(log.thoughts.filter(Boolean).length).toBeGreaterThan(UNITS / 2);
    expect(new Set(log.thoughts).size).toBeGreaterThan(UNITS / 2);
  });

  it("thinks the same in each of the three orders, and of another video or seed something else", async () => {
    const [streamed, ...others] = await Promise.all(PARADIGMS.map((paradigm) => run({ paradigm })));
    for (const other of others) expect(other.thoughts).toEqual(streamed!.thoughts);
    // The random weights hardly look: of one other video they may well say the same.
    const elsewhere = await Promise.all([1, 2, 3, 4].map((scene) => run({}, scene)));
    expect(elsewhere.some(({ thoughts }) => thoughts.join() !== streamed!.thoughts.join())).toBe(true);
    expect((await run({ seed: 6 })).thoughts).not.toEqual(streamed!.thoughts);
  });

  it("thinks the same however the frames arrive", async () => {
    const steady = await run();
    const patient = open({ maxInflightFrames: 1000 });
    for (let seq = 0; seq < 2 * UNITS; seq++) patient.stream.push(frame(engine.model, seq));
    patient.stream.end();
    await patient.completed;
    const hesitant = open();
    for (let seq = 0; seq < 2 * UNITS; seq += 3) {
      await feed(hesitant.stream, engine.model, seq, seq + 3);
      await new Promise((resolve) => setTimeout(resolve, (seq * 7) % 20));
    }
    hesitant.stream.end();
    await hesitant.completed;
    expect(patient.thoughts).toEqual(steady.thoughts);
    expect(hesitant.thoughts).toEqual(steady.thoughts);
  });

  it("does not think on past what is asked of it: narrower windows, shorter thoughts", async () => {
    const short = await run({ thoughtTokens: 2, visualWindowUnits: 2, textWindowTokens: 4 });
    for (const { tokens, stop, skipped } of short.all("thought.done")) {
      expect(tokens).toBeLessThanOrEqual(3);
      if (!skipped && tokens < 3) expect(stop).toBe("end");
    }
    expect(short.all("thought.done").some(({ stop }) => stop === "length")).toBe(true);
    const { totals } = short.stream;
    expect(totals.visualUnitsEvicted).toBe(UNITS - 1 - 2);
    expect(totals.textTokensEvicted).toBeGreaterThan(0);
    const told = short.all("context.evicted");
    const sum = (field: "visualUnits" | "textTokens") => told.reduce((all, event) => all + event[field], 0);
    expect([sum("visualUnits"), sum("textTokens")]).toEqual([
      totals.visualUnitsEvicted,
      totals.textTokensEvicted,
    ]);
  });

  it("ends with an odd frame not lost, and without any frame at all", async () => {
    const odd = await watch(open(), engine.model, 5);
    expect(odd.stream.totals).toMatchObject({ framesIn: 5, units: 3 });
    expect(odd.all("thought.done")).toHaveLength(3);
    expect(odd.all("thought.done").at(-1)?.mediaTimeMs).toBe(4 * 250);
    const empty = await watch(open(), engine.model, 0);
    expect(empty.events.map(({ type }) => type)).toEqual(["stream.ended"]);
  });

  it("tells what its caches hold: what came, less what has left", async () => {
    const log = open({ visualWindowUnits: 4, textWindowTokens: 16 });
    expect(log.stream.caches).toEqual({ visual: null, text: null });
    await watch(log, engine.model, 2 * UNITS);
    const { visual, text } = log.stream.caches;
    const { sinkUnits } = engine.model;
    const { visualUnitsEvicted: evictedUnits, textTokensEvicted: evictedTokens } = log.stream.totals;
    expect(visual).toEqual({ sinkUnits, windowUnits: 4, heldUnits: 4, evictedUnits });
    expect(evictedUnits).toBe(UNITS - 4 - sinkUnits);
    expect(text).toEqual({ windowTokens: 16, heldTokens: expect.any(Number), evictedTokens });
    // The newest thought is in the window beside those that fit.
    expect(text!.heldTokens).toBeGreaterThan(0);
    expect(text!.heldTokens).toBeLessThanOrEqual(16 + 2 * engine.model.limits.thoughtTokens + 3);
    expect(evictedTokens).toBeGreaterThan(16);
  });

  it("tells times that fit together", async () => {
    const log = await run();
    for (const { encoded, arrivedAtMs } of log.all("unit.seen")) {
      expect(encoded.startedAtMs).toBeGreaterThanOrEqual(arrivedAtMs);
      expect(encoded.finishedAtMs).toBeGreaterThan(encoded.startedAtMs);
    }
    for (const { unit, reasoned, ttftMs, stalenessMs } of log.all("thought.done")) {
      const { encoded } = log.all("unit.seen")[unit]!;
      expect(reasoned.startedAtMs).toBeGreaterThanOrEqual(encoded.startedAtMs);
      expect(reasoned.finishedAtMs).toBeGreaterThan(reasoned.startedAtMs);
      expect(ttftMs).toBeGreaterThan(0);
      expect(stalenessMs).toBeGreaterThanOrEqual(0);
    }
  });
});

describe("several streams at once", () => {
  it("each think what they would alone", async () => {
    const scenes = [0, 1, 2, 3, 4];
    const alone: string[][] = [];
    for (const scene of scenes) alone.push((await run({}, scene)).thoughts);
    const options = scenes.map((scene): StreamOptions => ({ paradigm: PARADIGMS[scene % 3]! }));
    const together = await Promise.all(scenes.map((scene) => run(options[scene], scene)));
    expect(together.map(({ thoughts }) => thoughts)).toEqual(alone);
  });
});
