import { describe, expect, it } from "vitest";
import { compileRule } from "../../../src/alerts/compile-rule.ts";
import { TINY_BUNDLE } from "../../../test/support/bundles.ts";
import { STREET_MODEL } from "../../../test/support/street-language.ts";
import { alertsMarkdown, runAlerts } from "../../alerts/mod.ts";
import { countRule, scoreRule } from "../../alerts/rule-scores.ts";
import { TESTED_RULES } from "../../alerts/rules.ts";
import { realClips, type TrueClip, type TrueEvent } from "../../alerts/true-events.ts";
import { LABELLED_CLIPS_DIR } from "../../lib/labelled-clips.ts";

const event = (atS: number, verb: string, more: Partial<TrueEvent> = {}): TrueEvent => ({
  ...{ atS, verb, kind: "car", colours: ["red"], places: [], otherKind: null },
  ...more,
});

function due(name: string, events: readonly TrueEvent[], seconds = 30): readonly number[] {
  const clip: TrueClip = { video: "v.mp4", path: "v.mp4", seconds, events };
  return TESTED_RULES.find((rule) => rule.name === name)!.truth(clip);
}

describe("the rules that are measured", () => {
  it("are twenty at least, each of which the model can say", () => {
    expect(TESTED_RULES.length).toBeGreaterThanOrEqual(20);
    expect(new Set(TESTED_RULES.map(({ name }) => name)).size).toBe(TESTED_RULES.length);
    for (const { rule } of TESTED_RULES) expect(() => compileRule(rule, STREET_MODEL)).not.toThrow();
  });

  it("are due when labels say what they mean", () => {
    const left = { kind: "person", places: ["left"] };
    const events = [
      event(1, "enters", left),
      event(2, "enters"),
      event(3, "leaves", { ...left, places: ["top"] }),
    ];
    expect(due("plain", events)).toEqual([1]);
    expect(due("drives-in", events)).toEqual([2]);
    expect(due("not-left", events)).toEqual([3]);
    expect(due("no-car", events)).toEqual([3]);
    expect(due("parked", [event(1, "stops"), event(3, "starts"), event(8, "stops")])).toEqual([12]);
    expect(due("nobody", [event(4, "enters", left), event(10, "leaves", left)])).toEqual([18]);
    expect(due("quiet", [event(8, "enters")], 20)).toEqual([6, 14]);
  });
});

describe("the score of a rule", () => {
  it("takes what is within a second, several at once too", () => {
    const counts = countRule([5, 5.4, 20], [5.5, 12]);
    expect(counts).toMatchObject({ due: 3, raised: 2, found: 2, right: 1 });
    expect(counts.delays.map((delay) => delay.toFixed(1))).toEqual(["0.5", "0.1"]);
    const score = scoreRule([counts, countRule([], [])]);
    expect([score.precision.value, score.recall.value]).toEqual([0.5, 2 / 3]);
    expect(scoreRule([countRule([], [])]).precision.value).toBeNaN();
  });
});

describe("the measurement of alerts", () => {
  it("plays clips with alerts on their streams, and tells of each rule what came of it", async () => {
    const evaluation = await runAlerts({
      ...{ clips: LABELLED_CLIPS_DIR, real: null, model: TINY_BUNDLE, threads: 1, streams: 1, only: 1 },
      signal: new AbortController().signal,
      onProgress: () => {},
    });
    const page = alertsMarkdown({
      evaluation,
      command: "npm run …",
      date: "2026-01-02T03:04",
      commit: "abc",
    });
    expect(page).toContain("2026-01-02 03:04 UTC, commit abc, `npm run …`");
    expect(page).toContain("| a person enters from the left |");
    for (const { rule } of TESTED_RULES) expect(page, "measured or refused").toContain(rule.when);
    expect(evaluation.rendered.rules.some(({ score }) => score.due > 0)).toBe(true);
    expect(evaluation.real.rules).toEqual([]);
  });

  it("says what is wrong with real videos", async () => {
    await expect(realClips("/nowhere")).rejects.toMatchObject({ code: "clips_missing" });
    await expect(realClips(LABELLED_CLIPS_DIR)).rejects.toMatchObject({ code: "clips_empty" });
  });
});
