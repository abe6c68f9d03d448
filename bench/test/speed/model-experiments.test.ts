import { cp } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { LABELLED_CLIPS } from "../../../test/support/clips.ts";
import { bundleWithEyes } from "../../../test/support/eyes-in-parts.ts";
import { makeTempDir } from "../../../test/support/media.ts";
import { attention } from "../../speed/experiments/attention.ts";
import { baselines } from "../../speed/experiments/baselines.ts";
import { decode } from "../../speed/experiments/decode.ts";
import { drafts } from "../../speed/experiments/drafts.ts";
import { overlap } from "../../speed/experiments/overlap.ts";
import { parts } from "../../speed/experiments/parts.ts";
import { still } from "../../speed/experiments/still.ts";
import { windows } from "../../speed/experiments/windows.ts";
import { expectWhole, runExperiment } from "../experiments.ts";

let dir: Awaited<ReturnType<typeof makeTempDir>>;
let clips: Awaited<ReturnType<typeof makeTempDir>>;
beforeEach(async () => {
  dir = await makeTempDir();
  clips = await makeTempDir();
  for (const name of ["street-4.mp4", "street-4.json"])
    await cp(join(LABELLED_CLIPS, name), join(clips.path, name));
});
afterEach(() => Promise.all([dir.remove(), clips.remove()]));

const run = (experiment: Parameters<typeof runExperiment>[1]) =>
  runExperiment(dir.path, experiment, { labelledClips: clips.path });

describe("experiments on the model's parts", () => {
  it("decode: more thinkers, more tokens a second; longer caches, longer steps", async () => {
    const ran = await run(decode({ rounds: 40, thinkers: [1, 8], lengths: [64, 4096], streams: [1, 2] }));
    expectWhole(ran);
    const { shared, lengths } = ran.json.figures as {
      shared: { thinkers: number; gain: { median: number } }[];
      lengths: { stepMs: number; rooflineMs: number }[];
    };
    expect(shared[1]!.gain.median).toBeGreaterThan(1.5);
    expect(lengths[1]!.stepMs).toBeGreaterThan(lengths[0]!.stepMs);
    for (const { stepMs, rooflineMs } of lengths) expect(stepMs).toBeGreaterThan(rooflineMs);
  });

  it("attention: products by the runtime make a long prefill faster, and thinkers gain by being together", async () => {
    const ran = await run(attention({ rounds: 3, lengths: [1024], prefills: [64], thinkers: [8] }));
    expectWhole(ran);
    const { prefill, together, whole } = ran.json.figures as {
      prefill: { byProducts: { leastMs: number }; oneByOne: { leastMs: number } }[];
      together: { step: { leastMs: number }; oneByOne: { leastMs: number } }[];
      whole: { count: number; stepMs: number; attentionMs: number }[];
    };
    expect(prefill[0]!.oneByOne.leastMs / prefill[0]!.byProducts.leastMs).toBeGreaterThan(1.5);
    expect(together[0]!.oneByOne.leastMs / together[0]!.step.leastMs).toBeGreaterThan(1.2);
    const [one, eight] = whole;
    expect(one!.attentionMs).toBeLessThan(one!.stepMs);
    expect((8 * one!.stepMs) / eight!.stepMs).toBeGreaterThan(1.5);
  });

  it("drafts: the same is said in fewer steps", async () => {
    const ran = await run(drafts({ words: [0, 3], confidences: [0.6], rounds: 1 }));
    expectWhole(ran);
    const { rows } = ran.json.figures as { rows: { same: boolean; steps: number }[] };
    expect(rows.map(({ same }) => same)).toEqual([true, true]);
    expect(rows[1]!.steps).toBeLessThan(rows[0]!.steps);
  });

  it("overlap: every order is timed, in turn, and interleaved takes about what both halves take", async () => {
    const ran = await run(overlap({ units: 60, rounds: 3 }));
    expectWhole(ran);
    const { rounds, interleaved } = ran.json.figures as {
      rounds: Record<string, number>[];
      interleaved: { median: number };
    };
    expect(rounds).toHaveLength(3);
    for (const round of rounds) for (const ms of Object.values(round)) expect(ms).toBeGreaterThan(0);
    expect(interleaved.median).toBeGreaterThan(0.5);
    expect(interleaved.median).toBeLessThan(3);
  });

  it("baselines: full history costs more the longer it is, thinkalong does not", async () => {
    const ran = await run(baselines({ histories: [8, 256], rounds: 5 }));
    expectWhole(ran);
    const { figures, told } = ran.json.figures as {
      figures: { name: string; units: number; firstMs: { min: number } }[];
      told: { name: string }[];
    };
    // Other work on the machine only adds, so the least time of a few rounds tells best what something costs.
    const growth = (name: string) => {
      const [short, long] = figures.filter((each) => each.name.startsWith(name));
      return long!.firstMs.min / short!.firstMs.min;
    };
    expect(growth("full history")).toBeGreaterThan(2 * growth("thinkalong"));
    expect(told).toHaveLength(3);
  });

  it("windows and still: every size has its figures", async () => {
    const ran = await run(windows({ visualUnits: [2, 5], textTokens: [24, 64] }));
    expectWhole(ran);
    expectWhole(await run(still({ levels: [null, 6] })));
  });

  it("parts: every bound has its figures, and nothing is compared of eyes in one graph", async () => {
    await using bundle = await bundleWithEyes("parts");
    const sizes = { levels: [null, 6], heights: [0.1], moverS: 20 };
    const options = { labelledClips: clips.path };
    const ran = await runExperiment(dir.path, parts(sizes), { ...options, model: bundle.path });
    expectWhole(ran);
    expect(ran.json.tables[0]!.rows.map(([level]) => level)).toEqual(["all is encoded", "6"]);
    const one = await runExperiment(dir.path, parts(sizes), options);
    expectWhole(one);
    expect(one.json.tables[0]!.rows).toHaveLength(1);
    expect(one.json.notes[0]).toContain("one graph");
  });
});
