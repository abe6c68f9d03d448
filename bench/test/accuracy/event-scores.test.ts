import { describe, expect, it } from "vitest";
import { confuseColours, f1Within, scoreEvents, scoreVerbs } from "../../accuracy/event-scores.ts";
import { guessEvents } from "../../accuracy/guesses.ts";
import { randomNumbers } from "../../lib/statistics.ts";
import { clip, event, narration, scored, truthTold, UNIT_S } from "./made-clips.ts";

const street = clip({
  seconds: 20,
  events: [
    event(1, "enters", "left"),
    event(2.4, "moves", "right"),
    event(8, "stops"),
    { ...event(12, "meets"), other: { colour: "blue", kind: "person" } },
    { ...event(15, "lights off"), colour: null, kind: null },
  ],
});
const f1 = (said: ReturnType<typeof narration>) => scoreEvents([scored(street, said)]).told.f1.value;

describe("event scores", () => {
  it("are whole for who says everything in time", () => {
    const scores = scoreEvents([scored(street, truthTold(street))]);
    expect(scores).toMatchObject({ happened: 5, said: 5, noClause: 0 });
    for (const told of [scores.told, scores.inColour])
      expect([told.f1.value, told.precision.value, told.recall.value]).toEqual([1, 1, 1]);
    expect(scores.delay.median.value).toBe(0);
    expect(scores.delay.p90.value).toBeCloseTo(0.1);
    expect(scores.falsePerQuietMinute.value).toBe(0);
  });

  it("are nothing for who is silent, and for who comes too late", () => {
    expect(f1(narration(20, {}))).toBe(0);
    expect(f1(truthTold(street, 1.5))).toBe(0);
    expect(f1(truthTold(street, 0.5))).toBe(1);
    const late = scoreEvents([scored(street, truthTold(street, 0.5))]);
    expect(late.delay.median.value).toBe(0.5);
  });

  it("date what was told in the middle of its unit, however long that took", () => {
    const spread = (sinceS: number, atS: number) => {
      const thoughts = [{ sinceS, atS, text: "a red car enters from the left" }];
      const { timing, delay } = scoreEvents([scored(street, { thoughts, answers: [] })]);
      return [timing.median.value, delay.median.value].map((s) => Number(s.toFixed(3)));
    };
    expect(spread(0.9, 1.4)).toEqual([0.15, 0.4]);
    expect(spread(0, 1.4)).toEqual([0.3, 0.4]);
    expect(spread(0.2, 0.7)).toEqual([0.55, -0.3]);
  });

  it("find by when it is said, and as dated by the middle of its unit", () => {
    const found = (sinceS: number, atS: number, text: string) => {
      const one = scored(street, { thoughts: [{ sinceS, atS, text }], answers: [] });
      const { told, inColour, dated, datedInColour } = scoreEvents([one]);
      return [told, inColour, dated, datedInColour].map(({ precision }) => precision.value);
    };
    expect(found(8.7, 9.2, "a red car stops")).toEqual([0, 0, 1, 1]);
    expect(found(8.7, 9.2, "a blue car stops")).toEqual([0, 0, 1, 0]);
    expect(found(9, 9.5, "a red car stops")).toEqual([0, 0, 0, 0]);
    expect(found(6.7, 7.2, "a red car stops")).toEqual([1, 1, 0, 0]);
  });

  it("are low for who says the right things at the wrong times", () => {
    const { thoughts } = truthTold(street);
    const shuffled = thoughts.map((thought, i) => ({
      ...thought,
      text: thoughts[(i * 17 + 11) % thoughts.length]!.text,
    }));
    expect(f1({ thoughts: shuffled, answers: [] })).toBeLessThan(0.5);
  });

  it("count what is of another place or said twice as said for nothing, and what is no clause, too", () => {
    const said = narration(20, {
      1: "a red car enters from the right",
      8: "a red car stops",
      8.5: "a red car stops",
      9: "a red",
    });
    const { told, noClause } = scoreEvents([scored(street, said)]);
    expect(noClause).toBe(1);
    expect(told.precision.value).toBe(1 / 4);
    expect(told.recall.value).toBe(1 / 5);
    expect(told.f1.value).toBeCloseTo((2 * 1) / (4 + 5));
  });

  it("with colours need the mover's and the other's", () => {
    const said = narration(20, { 8: "a blue car stops", 12: "a red car meets a green person" });
    const { told, inColour } = scoreEvents([scored(street, said)]);
    expect([told.recall.value, inColour.recall.value]).toEqual([2 / 5, 0]);
    const right = narration(20, { 8: "a red bus stops", 12: "a red car meets a blue person" });
    expect(scoreEvents([scored(street, right)]).inColour.recall.value).toBe(2 / 5);
  });

  it("call thoughts false that come more than a second from every event, by the minute of such units", () => {
    const quiet = clip({ seconds: 10, events: [event(5, "stops")] });
    const said = narration(10, {
      3.5: "a red car stops",
      4: "a red car stops",
      8: "a red car stops, a red car stops",
    });
    const { falsePerQuietMinute, quietMinutes } = scoreEvents([scored(quiet, said)]);
    // Units at 4 to 6 s are near.
    expect(quietMinutes).toBeCloseTo(((20 - 5) * UNIT_S) / 60);
    expect(falsePerQuietMinute.value).toBeCloseTo(2 / quietMinutes);
  });

  it("have an interval over clips that holds the figure, the same each time; one clip has none", () => {
    const half = scored(street, narration(20, { 8: "a red car stops" }));
    const clips = [scored(street, truthTold(street)), half, half, scored(street, narration(20, {}))];
    const { f1 } = scoreEvents(clips).told;
    expect(f1.low).toBeLessThan(f1.value);
    expect(f1.high).toBeGreaterThan(f1.value);
    expect(scoreEvents(clips).told.f1).toEqual(f1);
    expect(scoreEvents([half]).told.f1.low).toBeNaN();
  });

  it("stand for each verb, in the grammar's order", () => {
    const said = narration(20, { 1: "a red car enters from the left", 17: "a red car vanishes" });
    const verbs = scoreVerbs([scored(street, said)]);
    expect(verbs.map(({ verb, happened, said }) => [verb, happened, said])).toEqual([
      ["enters", 1, 1],
      ["moves", 1, 0],
      ["stops", 1, 0],
      ["vanishes", 0, 1],
      ["meets", 1, 0],
      ["lights off", 1, 0],
    ]);
    expect(verbs[0]!.told.f1.value).toBe(1);
    expect(verbs[1]!.told.f1.value).toBe(0);
    expect(verbs[1]!.told.precision.value).toBeNaN();
  });

  it("can be had of a part of the time", () => {
    const only = [scored(street, narration(20, { 1: "a red car enters from the left" }))];
    expect(f1Within(only, () => [0, 2]).value).toBe(1);
    expect(f1Within(only, () => [5, 20]).value).toBe(0);
  });
});

describe("confusion of colours", () => {
  it("counts what was said of which, and a right one goes before a wrong one of the same time", () => {
    const two = clip({ events: [event(1, "stops", null, "red"), event(1, "stops", null, "blue")] });
    const said = narration(10, { 1: "a blue car stops, a red car stops" });
    expect(confuseColours([scored(two, said)])).toEqual({
      colours: ["blue", "red"],
      cells: [
        [1, 0],
        [0, 1],
      ],
    });
    const wrong = narration(10, { 1: "a pink car stops" });
    expect(confuseColours([scored(clip({ events: [event(1, "stops")] }), wrong)])).toEqual({
      colours: ["pink", "red"],
      cells: [
        [0, 0],
        [1, 0],
      ],
    });
  });
});

describe("guessing", () => {
  const random = randomNumbers(3);
  const busy = clip({
    seconds: 60,
    events: Array.from({ length: 30 }, (_, i) =>
      event(60 * random(), i % 3 === 0 ? "enters" : "moves", i % 3 === 1 ? "left" : "right"),
    ),
  });

  it("says as much as happens, but finds little of it, and is the same each time", () => {
    const scores = scoreEvents(guessEvents([busy, busy], UNIT_S), 0);
    expect(scores.said / scores.happened).toBeCloseTo(1, 1);
    expect(scores.told.f1.value).toBeGreaterThan(0.02);
    expect(scores.told.f1.value).toBeLessThan(0.4);
    expect(scoreEvents(guessEvents([busy, busy], UNIT_S), 0)).toEqual(scores);
  });

  it("says nothing where nothing happens", () => {
    expect(scoreEvents(guessEvents([clip({})], UNIT_S), 0)).toMatchObject({ said: 0, happened: 0 });
  });
});
