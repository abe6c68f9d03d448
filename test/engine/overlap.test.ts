import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Engine, Interval, Paradigm } from "../../src/engine/mod.ts";
import { startTinyEngine } from "../support/engine.ts";
import { StreamLog, watch } from "../support/stream-log.ts";

const UNITS = 60;

let engine: Engine & AsyncDisposable;
beforeAll(async () => {
  engine = await startTinyEngine();
});
afterAll(() => engine[Symbol.asyncDispose]());

const overlap = (a: Interval, b: Interval) =>
  a.startedAtMs < b.finishedAtMs && b.startedAtMs < a.finishedAtMs;

/** When each unit was encoded and thought about, in a run in which a frame was always waiting. */
async function intervals(paradigm: Paradigm) {
  const log = new StreamLog(engine.openStream({ paradigm, temperature: 1, seed: 5 }));
  await watch(log, engine.model, 2 * UNITS);
  return {
    encoded: log.all("unit.seen").map((event) => event.encoded),
    reasoned: log.all("thought.done").map((event) => event.reasoned),
  };
}

describe("vision and reasoning", () => {
  it("work at the same time: a unit is thought about while a later one is being encoded (streamed)", async () => {
    const { encoded, reasoned } = await intervals("streamed");
    const beside = reasoned.filter((thought, unit) =>
      encoded.slice(unit + 1).some((later) => overlap(thought, later)),
    );
    // In turn, none would be. On a machine whose cores are busy with other things, few are.
    expect(beside.length).toBeGreaterThan(UNITS / 20);
  });

  it("keep to their turns (interleaved)", async () => {
    const { encoded, reasoned } = await intervals("interleaved");
    for (const thought of reasoned) expect(encoded.filter((unit) => overlap(thought, unit))).toEqual([]);
    for (let unit = 1; unit < UNITS; unit++)
      expect(encoded[unit]!.startedAtMs).toBeGreaterThanOrEqual(reasoned[unit - 1]!.finishedAtMs);
  });

  it("come one after the other (batch)", async () => {
    const { encoded, reasoned } = await intervals("batch");
    expect(reasoned[0]!.startedAtMs).toBeGreaterThanOrEqual(encoded.at(-1)!.finishedAtMs);
  });

  it("each do one thing at a time", async () => {
    const { encoded, reasoned } = await intervals("streamed");
    for (const all of [encoded, reasoned])
      for (let unit = 1; unit < UNITS; unit++)
        expect(all[unit]!.startedAtMs).toBeGreaterThanOrEqual(all[unit - 1]!.finishedAtMs);
  });
});
