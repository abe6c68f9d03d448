import { readdir } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { StreamTotals } from "../../../src/engine/mod.ts";
import { TINY_BUNDLE } from "../../../test/support/bundles.ts";
import { makeTempDir } from "../../../test/support/media.ts";
import type { Experiment } from "../../speed/experiment.ts";
import { endless, endlessRealtime } from "../../speed/experiments/endless.ts";
import { many } from "../../speed/experiments/many.ts";
import { paradigms } from "../../speed/experiments/paradigms.ts";
import { EXPERIMENTS, runBench } from "../../speed/mod.ts";
import { benchOptions, expectWhole, runExperiment } from "../experiments.ts";

let dir: Awaited<ReturnType<typeof makeTempDir>>;
beforeEach(async () => {
  dir = await makeTempDir();
});
afterEach(() => dir.remove());

const run = (experiment: Experiment) => runExperiment(dir.path, experiment);

describe("experiments", () => {
  it("have names of their own", () => {
    const names = EXPERIMENTS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
  });

  it("paradigms: every order thinks about the same units, and the batch order answers last", async () => {
    const sizes = {
      fps: [4],
      fpsSeconds: 0.5,
      fpsRounds: 1,
      loads: [0.8],
      dropLoads: [1.6],
      units: 30,
      loadRounds: 2,
    };
    const ran = await run(paradigms(sizes));
    expectWhole(ran);
    interface Run {
      readonly units: number;
      readonly framesDropped: number;
      readonly answerDoneMs: number;
      readonly ttft: { readonly p50: number };
    }
    const { cells } = ran.json.figures.byLoad as {
      cells: { queue: string; paradigm: string; runs: Run[] }[];
    };
    expect(cells.map(({ queue, paradigm, runs }) => [queue, paradigm, runs.length])).toEqual([
      ["waits", "streamed", 2],
      ["waits", "interleaved", 2],
      ["waits", "batch", 2],
      ["drops", "streamed", 2],
      ["drops", "interleaved", 2],
    ]);
    const [streamed, , batch] = cells;
    for (const { queue, runs } of cells)
      if (queue === "waits")
        for (const each of runs) expect(each).toMatchObject({ units: 30, framesDropped: 0 });
    for (const [round, each] of batch!.runs.entries()) {
      expect(each.ttft.p50).toBeGreaterThan(streamed!.runs[round]!.ttft.p50);
      expect(each.answerDoneMs).toBeGreaterThan(0);
    }
  });

  it("endless: cuts a stream into parts and compares old with young", async () => {
    const ran = await run(endless({ fps: 2, hours: 0.05, buckets: 6, pairs: 2, pairUnits: 10 }));
    expectWhole(ran);
    expect(ran.json.figures).toMatchObject({
      // Parts are whole loops of the clip, 40 units each at this rate.
      unitsPerBucket: 40,
      totals: { framesIn: 400, framesDropped: 0, units: 200 },
      pairs: [{ atUnit: 90 }, { atUnit: 190 }],
    });
    const { buckets, totals } = ran.json.figures as {
      buckets: { ttft: { samples: number } }[];
      totals: StreamTotals;
    };
    expect(totals.thoughts + totals.skips).toBe(200);
    expect(buckets.map(({ ttft }) => ttft.samples)).toEqual([40, 40, 40, 40, 40]);
  });

  it("endless-realtime: goes by the clock, and only where hours were asked for", async () => {
    const experiment = endlessRealtime({ fps: 20, hours: 1 / 3600, buckets: 2 });
    expect(experiment.onlyLong).toBe(true);
    const startedAtMs = performance.now();
    const ran = await run(experiment);
    expect(performance.now() - startedAtMs).toBeGreaterThan(900);
    expectWhole(ran);
    expect(ran.json.figures).toMatchObject({ totals: { framesIn: 20 } });
  });

  const fewStreams = {
    fps: 4,
    first: 1,
    most: 2,
    refinements: 1,
    warmUpMs: 100,
    stepMs: 500,
    overMs: 500,
    limitMs: 10_000,
  };

  it("many: finds how many streams hold, and accounts for every frame", async () => {
    const sizes = { counts: [1, 3], rounds: 2, beforeSeconds: 0.6 };
    const ran = await run(many({ streams: fewStreams, questions: sizes }));
    expectWhole(ran);
    const { streams: found, questions } = ran.json.figures as {
      streams: {
        held: number;
        failed: number | null;
        over: { streams: number };
        overFrames: { pushed: number; seen: number; dropped: number };
        after: { streams: number; framesDropped: number };
      };
      questions: { questions: number; doneMax: { runs: number } }[];
    };
    expect(found).toMatchObject({ held: 2, failed: null, over: { streams: 3 }, after: { streams: 1 } });
    const { pushed, seen, dropped } = found.overFrames;
    expect(pushed).toBeGreaterThan(0);
    expect(seen + dropped).toBe(pushed);
    expect(questions).toMatchObject([
      { questions: 1, doneMax: { runs: 2 } },
      { questions: 3, doneMax: { runs: 2 } },
    ]);
    expect(ran.json.figures).not.toHaveProperty("others");
  });

  it("many: measures the same with another model, if it is asked to", async () => {
    const streams = { ...fewStreams, most: 1, refinements: 0, stepMs: 400 };
    const experiment = many({ streams, questions: { counts: [1], rounds: 1, beforeSeconds: 0.6 } });
    const ran = await runExperiment(dir.path, experiment, { otherModel: TINY_BUNDLE });
    expectWhole(ran);
    expect(ran.json.figures.others).toMatchObject([{ name: "the other model", streams: { held: 1 } }]);
    const beside = ran.json.tables.find(({ title }) => title === "Beside others, in the same run");
    expect(beside!.rows.map(([name, held, , , times]) => [name, held, times])).toEqual([
      ["all of the above", 1, 1],
      ["the other model", 1, 1],
    ]);
  });
});

describe("a bench that is stopped", () => {
  it("rejects, has closed its engine and leaves no file of what was under way", async () => {
    const stop = new AbortController();
    const bench = runBench({
      ...benchOptions(dir.path, [endless({ buckets: 360 })]),
      signal: stop.signal,
      onProgress: (_, fraction) => {
        if (fraction > 0) stop.abort();
      },
    });
    await expect(bench).rejects.toMatchObject({ name: "AbortError" });
    expect(await readdir(dir.path)).toEqual([]);
  });
});
