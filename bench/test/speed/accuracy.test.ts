import { describe, expect, it } from "vitest";
import type { LabelledClip } from "../../lib/labelled-clips.ts";
import { accuracy } from "../../speed/accuracy.ts";

const event = (t: number, verb: string, place: string | null) => ({
  t,
  verb,
  place,
  colour: "red",
  kind: "car",
});
const question = (answer: string) => ({ t: 1, kind: "any", ask: "?", answer });

const clip = (given: Partial<LabelledClip>): LabelledClip => ({
  path: "",
  video: "",
  seconds: 10,
  events: [],
  questions: [],
  ...given,
});

describe("accuracy", () => {
  const events = [event(1, "enters", "left"), event(2, "moves", "right"), event(8, "stops", null)];

  it("is whole for who says everything in time, and nothing for who is silent", () => {
    const thoughts = [
      { sinceS: 1, atS: 1.5, text: "a red car enters from the left" },
      { sinceS: 2, atS: 2.5, text: "a blue bus moves right" },
      { sinceS: 8.4, atS: 8.9, text: "a red car stops" },
    ];
    expect(accuracy([clip({ events })], [{ thoughts, answers: [] }])).toMatchObject({
      eventF1: 1,
      events: 3,
    });
    expect(accuracy([clip({ events })], [{ thoughts: [], answers: [] }]).eventF1).toBe(0);
  });

  it("counts what is late, of another place or said twice as said for nothing", () => {
    const thoughts = [
      { sinceS: 2, atS: 2.5, text: "a red car enters from the left" },
      { sinceS: 1.5, atS: 2, text: "a red car moves left" },
      { sinceS: 7.5, atS: 8, text: "a red car stops" },
      { sinceS: 8, atS: 8.5, text: "a red car stops" },
    ];
    const { precision, recall } = accuracy([clip({ events })], [{ thoughts, answers: [] }]);
    expect(precision).toBe(1 / 4);
    expect(recall).toBe(1 / 3);
  });

  it("counts answers over all clips", () => {
    const clips = [
      clip({ questions: [question("yes"), question("2")] }),
      clip({ questions: [question("left")] }),
    ];
    const said = [
      { thoughts: [], answers: ["yes", "3"] },
      { thoughts: [], answers: ["left"] },
    ];
    expect(accuracy(clips, said)).toMatchObject({ answersRight: 2 / 3, questions: 3 });
  });
});
