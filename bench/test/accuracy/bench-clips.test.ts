import { readdir, readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BUNDLED_MODEL, TINY_BUNDLE } from "../../../test/support/bundles.ts";
import { LABELLED_CLIPS } from "../../../test/support/clips.ts";
import { makeTempDir } from "../../../test/support/media.ts";
import { type EvalOptions, type Evaluation, runEval, writeEvaluation } from "../../accuracy/mod.ts";
import { headlines } from "../../accuracy/scores.ts";

const options = (more: Partial<EvalOptions> = {}): EvalOptions => ({
  clips: LABELLED_CLIPS,
  model: BUNDLED_MODEL,
  threads: 1,
  streams: 4,
  orders: false,
  positions: [],
  lengths: [],
  last4: false,
  command: "npm run eval",
  signal: new AbortController().signal,
  onProgress: () => {},
  ...more,
});

let dir: Awaited<ReturnType<typeof makeTempDir>>;
let evaluation: Evaluation;
const fractions: number[] = [];
beforeAll(async () => {
  dir = await makeTempDir();
  evaluation = await runEval(options({ onProgress: (fraction) => fractions.push(fraction) }));
}, 180_000);
afterAll(() => dir.remove());

describe("the bundled model on the bench's clips", () => {
  it("tells far more of what happens than chance, in time, with little said for nothing", () => {
    const { events, guesses, verbs } = evaluation.scores;
    expect(events.happened).toBeGreaterThan(150);
    expect(events.told.f1.value).toBeGreaterThan(0.6);
    expect(events.told.f1.low).toBeGreaterThan(3 * guesses.told.f1.value);
    expect(events.inColour.f1.value).toBeGreaterThan(0.45);
    expect(events.noClause / events.said).toBeLessThan(0.02);
    expect(events.timing.median.value).toBeLessThan(0.5);
    expect(events.timing.p90.value).toBeLessThan(0.9);
    expect(events.falsePerQuietMinute.value).toBeLessThan(2);
    const often = verbs.filter(({ happened }) => happened >= 10);
    expect(often.length).toBeGreaterThan(3);
    for (const { verb, told, guessF1 } of often) expect(told.f1.value, verb).toBeGreaterThan(4 * guessF1);
  });

  it("answers more than who always says the commonest", () => {
    const { all, cannotTell } = evaluation.scores.answers;
    expect(all.asked + cannotTell.asked).toBe(72);
    expect(all.right.value).toBeGreaterThan(all.majority);
    expect(cannotTell.right.value).toBeGreaterThan(0.7);
  });

  it("is measured the same again, however many clips run at once", async () => {
    const again = await runEval(options({ streams: 2 }));
    expect({ ...again, date: "" }).toEqual({ ...evaluation, date: "" });
  }, 180_000);

  it("goes forward only, to the end", () => {
    expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
    expect(fractions.at(-1)).toBeCloseTo(1);
  });

  it("is written with its pages, plots and figures", async () => {
    await writeEvaluation(dir.path, evaluation);
    const files = await readdir(dir.path);
    const index = await readFile(`${dir.path}/README.md`, "utf8");
    expect(index).toMatch(/event clauses by verb and place, F1 \| 0\.\d+ \(0\.\d+–0\.\d+\).*(not met|met)/);
    for (const { name, plots } of evaluation.sections.slice(1)) {
      expect(index).toContain(`(${name}.md)`);
      const page = await readFile(`${dir.path}/${name}.md`, "utf8");
      for (const plot of plots) {
        expect(files).toContain(`${name}-${plot.name}.svg`);
        expect(page).toContain(`(${name}-${plot.name}.svg)`);
      }
    }
    const json = JSON.parse(await readFile(`${dir.path}/results.json`, "utf8"));
    expect(json.scores.events.told.f1.value).toBeCloseTo(evaluation.scores.events.told.f1.value, 2);
    expect(files.filter((name) => name.endsWith(".part"))).toEqual([]);
  });
});

describe("a model that knows nothing", () => {
  it("reaches no target of what it tells or answers", async () => {
    const { scores } = await runEval(options({ model: TINY_BUNDLE, only: 2 }));
    expect(scores.events.told.f1.value).toBeLessThan(0.2);
    expect(scores.answers.all.right.value).toBeLessThan(scores.answers.all.majority);
    const [f1, inColour] = headlines(scores);
    for (const { measured } of [f1!, inColour!]) expect(measured.value).toBeLessThan(0.2);
  }, 180_000);

  it("says the same in the three orders; is compared by positions and without memory", async () => {
    const { sections } = await runEval(
      options({
        model: TINY_BUNDLE,
        only: 1,
        orders: true,
        positions: ["contiguous"],
        lengths: [1, 20],
        last4: true,
      }),
    );
    const [, , , orders, lengths, memory] = sections;
    expect(sections.map(({ name }) => name)).toEqual([
      "overview",
      "events",
      "answers",
      "orders",
      "lengths",
      "memory",
    ]);
    expect(orders!.tables[0]!.rows.map((row) => row.slice(2))).toEqual([
      [1, 1],
      [1, 1],
      [1, 1],
    ]);
    expect(lengths!.tables[0]!.rows.map(([minutes, scheme]) => [minutes, scheme])).toEqual([
      [1, "real-time (trained)"],
      [1, "contiguous"],
    ]);
    expect(lengths!.notes[0]).toContain("20 minutes");
    expect(memory!.tables[0]!.columns).toEqual(["", "thinkalong", "last 4 frames"]);
  }, 180_000);
});
