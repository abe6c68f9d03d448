import { describe, expect, it } from "vitest";
import { parseClauses } from "../../src/alerts/clause.ts";
import { compileRule } from "../../src/alerts/compile-rule.ts";
import { ConditionWatch } from "../../src/alerts/condition-watch.ts";
import type { AlertRule } from "../../src/alerts/mod.ts";
import { SceneMemory } from "../../src/alerts/scene-memory.ts";
import { parseDuration } from "../../src/protocol/mod.ts";
import { STREET_MODEL } from "../support/street-language.ts";

/** A thought a second: what is said at which second; at the others nothing. `gap`: nothing was seen for a while. */
type Story = Readonly<Record<number, string>>;

/** Seconds at which a rule is met. */
function met(rule: AlertRule, story: Story, seconds: number): number[] {
  const matching = compileRule(rule, STREET_MODEL);
  if (matching.how !== "words") throw new Error("It is asked about.");
  const memory = new SceneMemory();
  const watch = new ConditionWatch(
    matching.condition,
    rule.for === undefined ? null : parseDuration(rule.for),
  );
  const times: number[] = [];
  for (let second = 0; second < seconds; second++) {
    const text = story[second] ?? "";
    const atMs = 1000 * second;
    if (text === "gap") {
      memory.restart(atMs);
      watch.restart(atMs);
      continue;
    }
    const clauses = parseClauses(text);
    for (const clause of clauses) memory.take(clause, atMs);
    memory.tick(atMs);
    const found = watch.hear({ atMs, clauses }, memory);
    if (found === null) continue;
    found.told();
    times.push(second);
  }
  return times;
}

describe("what must hold", () => {
  const parked = { when: "a car is parked", for: "10s" };

  it("is met once, when it has held for so long", () => {
    expect(met(parked, { 2: "a red car enters from the left", 5: "a red car stops" }, 40)).toEqual([15]);
    expect(met(parked, { 5: "a red car stops", 12: "a red car starts moving left" }, 40)).toEqual([]);
    expect(met(parked, { 5: "a red person stops" }, 40)).toEqual([]);
    expect(
      met(parked, { 5: "a red car stops", 9: "a red car starts moving left", 11: "a red car stops" }, 40),
      "it begins anew",
    ).toEqual([21]);
  });

  it("is met by each one for itself, and again when it holds again", () => {
    const story = {
      1: "a red car enters from the left, a blue car enters from the right",
      5: "a red car stops",
      8: "a blue car stops",
      20: "a red car starts moving left",
      22: "a red car stops",
    };
    expect(met(parked, story, 40)).toEqual([15, 18, 32]);
    expect(met({ ...parked, when: "a blue car is parked" }, story, 40)).toEqual([18]);
    expect(met({ ...parked, when: "a car that is not red is parked" }, story, 40)).toEqual([18]);
  });

  it("ends with whoever leaves, also when the colour is told differently", () => {
    const there = { when: "a person is there", for: "10s" };
    expect(met(there, { 1: "a red person enters from the left" }, 30)).toEqual([11]);
    expect(
      met(there, { 1: "a red person enters from the left", 8: "a pink person leaves at the right" }, 30),
    ).toEqual([]);
  });

  it("is met at once where no time is asked for", () => {
    expect(met({ when: "a car is parked" }, { 5: "a red car stops" }, 20)).toEqual([5]);
    expect(
      met({ when: "the lights are off" }, { 5: "the lights go off", 9: "the lights go on" }, 20),
    ).toEqual([5]);
  });

  it("is forgotten of whoever moves and is told of no more, and not of whoever stands", () => {
    const there = { when: "somebody is there", for: "2m" };
    expect(met(there, { 1: "a red person enters from the left" }, 300), "it must have gone").toEqual([]);
    expect(met(there, { 1: "a red person enters from the left", 3: "a red person stops" }, 300)).toEqual([
      121,
    ]);
  });

  it("has been seen to hold: what was not seen does not count", () => {
    expect(met(parked, { 5: "a red car stops", 12: "gap" }, 40)).toEqual([22]);
    expect(met({ when: "nobody is there", for: "10s" }, { 5: "gap" }, 40)).toEqual([15]);
    expect(met(parked, { 5: "a red car stops", 20: "gap" }, 60), "it was told").toEqual([15]);
  });
});

describe("what must not be", () => {
  it("is met after so long, from the start too, and again when it was otherwise meanwhile", () => {
    const story = { 4: "a red person enters from the left", 20: "a red person leaves at the right" };
    expect(met({ when: "nobody is there", for: "10s" }, story, 60)).toEqual([30]);
    expect(met({ when: "nobody is there", for: "3s" }, story, 60)).toEqual([3, 23]);
    expect(met({ when: "nobody is there" }, story, 60), "the empty start is no news").toEqual([20]);
  });

  it("is met when something has not happened for so long", () => {
    const story = { 4: "a red car enters from the left", 10: "a red car leaves at the right" };
    expect(met({ when: "no car enters", for: "10s" }, story, 40)).toEqual([14]);
    expect(met({ when: "nothing happens", for: "10s" }, story, 40)).toEqual([20]);
  });
});

describe("what happens", () => {
  it("is met each time, once a thought", () => {
    const story = {
      3: "a red person enters from the left, a blue person enters from the left",
      4: "a blue person enters from the left",
      6: "",
    };
    expect(met({ when: "a person enters" }, story, 10)).toEqual([3, 4]);
  });

  it("is nothing that is no clause", () => {
    expect(met({ when: "something happens" }, { 3: "the weather is fine, hello" }, 10)).toEqual([]);
    expect(met({ when: "nobody is there", for: "5s" }, { 3: "the weather is fine" }, 10)).toEqual([5]);
  });
});
