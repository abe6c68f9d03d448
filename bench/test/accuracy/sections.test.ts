import { describe, expect, it } from "vitest";
import { answerSection } from "../../accuracy/answer-section.ts";
import { isOfLength, lengthSection, lengthsOf } from "../../accuracy/length-section.ts";
import { overviewSection } from "../../accuracy/overview-section.ts";
import { spreadOver } from "../../accuracy/run-eval.ts";
import { scoreAll } from "../../accuracy/scores.ts";
import { isReached, TARGETS, targetText } from "../../accuracy/targets.ts";
import { cellText, type Table } from "../../lib/table.ts";
import { clip, event, narration, question, scored, truthTold, UNIT_S } from "./made-clips.ts";

const OPTIONS = { unitSeconds: UNIT_S, windowSeconds: 16 };
const minute = clip({
  seconds: 60,
  events: [event(1, "enters", "left"), event(30, "stops")],
  questions: [
    question("yes", { t: 20, oldestS: 18, family: "causal" }),
    question("no", { t: 21, oldestS: 3, family: "dynamics" }),
  ],
});
const texts = ({ rows }: Table) => rows.map((row) => row.map(cellText));

describe("targets", () => {
  it("are bounds on either side, and without a figure neither met nor missed", () => {
    expect(targetText(TARGETS.timingMedian)).toBe("≤ 0.3 s");
    expect(targetText(TARGETS.eventF1)).toBe("≥ 0.9");
    expect(isReached(TARGETS.eventF1, 0.9)).toBe(true);
    expect(isReached(TARGETS.eventF1, 0.89)).toBe(false);
    expect(isReached(TARGETS.timingMedian, 0.31)).toBe(false);
    expect(isReached(TARGETS.theme, Number.NaN)).toBeNull();
  });
});

describe("the overview", () => {
  it("says of each target whether it is met", () => {
    const clips = [scored(minute, truthTold(minute)), scored(minute, truthTold(minute))];
    const { tables } = overviewSection(clips, scoreAll(clips, OPTIONS), OPTIONS);
    const rows = texts(tables[0]!);
    expect(rows[0]).toEqual([TARGETS.eventF1.what, "1 (1–1)", expect.any(String), "≥ 0.9", "met"]);
    expect(rows.find(([what]) => what === TARGETS.theme.what)?.at(-1)).toBe("not measured");
    expect(tables).toHaveLength(1);
    const silent = [scored(minute, narration(60, {}))];
    const missed = overviewSection(silent, scoreAll(silent, OPTIONS), OPTIONS);
    expect(texts(missed.tables[0]!)[0]!.at(-1)).toBe("**not met**");
  });

  it("has the splits beside each other, where there are two", () => {
    const told = scored({ ...minute, split: "seeds" }, truthTold(minute));
    const silent = scored({ ...minute, split: "combinations" }, narration(60, {}));
    const { tables } = overviewSection([told, silent], scoreAll([told, silent], OPTIONS), OPTIONS);
    expect(tables[1]!.columns).toEqual(["", "new combinations", "new seeds"]);
    expect(texts(tables[1]!)[0]).toEqual([TARGETS.eventF1.what, "0", "1"]);
  });
});

describe("answers", () => {
  it("are drawn by age where labels tell it, with the visual window", () => {
    const clips = [scored(minute, truthTold(minute))];
    const { plots } = answerSection(clips, scoreAll(clips, OPTIONS), OPTIONS);
    expect(plots.map(({ name }) => name)).toEqual(["by-family", "by-age"]);
    expect(plots[1]).toMatchObject({ marks: [{ axis: "x", at: 16 }] });
  });
});

describe("lengths", () => {
  const long = clip({ seconds: 600, events: [event(10, "stops"), event(590, "stops")] });
  const run = (clips: ReturnType<typeof scored>[]) => ({
    scheme: "real-time" as const,
    trained: true,
    clips,
  });

  it("are those of the clips, nearly the same ones as one", () => {
    expect(lengthsOf([{ seconds: 600 }, { seconds: 60 }, { seconds: 61 }])).toEqual([1, 10]);
    expect(isOfLength({ seconds: 60 }, 1)).toBe(true);
    expect(isOfLength({ seconds: 60 }, 4)).toBe(false);
  });

  it("that no clip has are said to be missing", () => {
    const { tables, notes } = lengthSection([run([scored(minute, truthTold(minute))])], [1, 20], OPTIONS);
    expect(texts(tables[0]!)).toHaveLength(1);
    expect(notes[0]).toContain("20 minutes");
  });

  it("show what becomes of accuracy in the course of long clips", () => {
    const forgets = scored(long, narration(600, { 10: "a red car stops" }));
    const { tables } = lengthSection([run([forgets])], [], OPTIONS);
    expect(texts(tables[1]!)[0]!.slice(0, 5)).toEqual(["real-time", "1", "1", "–", "0"]);
  });
});

describe("some of the clips", () => {
  it("are spread evenly", () => {
    expect(spreadOver([0, 1, 2, 3, 4, 5], 3)).toEqual([0, 2, 4]);
    expect(spreadOver([0, 1], 5)).toEqual([0, 1]);
  });
});
