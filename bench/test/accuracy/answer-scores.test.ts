import { describe, expect, it } from "vitest";
import { answered, isRight, parseSeconds } from "../../accuracy/answer-scores.ts";
import { headlines, scoreAll } from "../../accuracy/scores.ts";
import { clip, narration, question, scored, UNIT_S } from "./made-clips.ts";

const OPTIONS = { unitSeconds: UNIT_S, windowSeconds: 16 };

/** Scores of one clip with these questions, answered like this. */
function scoresOf(questions: readonly ReturnType<typeof question>[], answers: readonly string[]) {
  const one = scored(clip({ questions: [...questions] }), narration(10, {}, answers));
  return scoreAll([one, one], OPTIONS).answers;
}

describe("durations", () => {
  it("are read from an answer", () => {
    expect(parseSeconds("12 seconds")).toBe(12);
    expect(parseSeconds("1 second")).toBe(1);
    expect(parseSeconds("about 1 minute 5 seconds")).toBe(65);
    expect(parseSeconds("2 minutes")).toBe(120);
    expect(parseSeconds("12")).toBeNull();
    expect(parseSeconds("a red car")).toBeNull();
  });

  it("are right within a second of the truth, whatever the answer's words", () => {
    const asked = question("12 seconds", { seconds: 12.4 });
    expect(isRight(asked, "13 seconds")).toBe(true);
    expect(isRight(asked, "12 seconds")).toBe(true);
    expect(isRight(asked, "11 seconds")).toBe(false);
    expect(isRight(asked, "12")).toBe(false);
  });

  it("have the best single duration as baseline", () => {
    const times = [3, 4, 4.5, 9].map((seconds) => question(`${Math.round(seconds)} seconds`, { seconds }));
    const { durations } = scoresOf(
      times,
      times.map(() => "4 seconds"),
    );
    expect([durations.asked, durations.right.value, durations.majority]).toEqual([8, 0.75, 0.75]);
  });
});

describe("answers", () => {
  it("are right word for word", () => {
    expect(isRight(question("yes"), "yes")).toBe(true);
    expect(isRight(question("yes"), "yes it did")).toBe(false);
    expect(isRight(question("yes"), "")).toBe(false);
  });

  it("stand by kind and family beside the commonest answer of each kind", () => {
    const questions = [
      question("yes", { kind: "stopped" }),
      question("yes", { kind: "stopped" }),
      question("no", { kind: "stopped" }),
      question("3", { kind: "count left" }),
      question("robbery", { kind: "theme", family: "theme" }),
    ];
    const { all, kinds, families } = scoresOf(questions, ["yes", "no", "no", "3", "i cannot tell that"]);
    expect([all.asked, all.right.value, all.majority, all.cannotTell]).toEqual([10, 0.6, 0.8, 0.2]);
    expect(kinds.map(({ name, right, majority }) => [name, right.value, majority])).toEqual([
      ["count left", 1, 1],
      ["stopped", 2 / 3, 2 / 3],
      ["theme", 0, 1],
    ]);
    expect(families.map(({ name, asked }) => [name, asked])).toEqual([
      ["counting", 2],
      ["other", 6],
      ["theme", 2],
    ]);
  });

  it("that cannot be told are kept apart", () => {
    const questions = [
      question("i cannot tell that", { kind: "cannot tell" }),
      question("yes", { kind: "stopped" }),
    ];
    const { all, cannotTell } = scoresOf(questions, ["i cannot tell that", "no"]);
    expect([all.asked, all.right.value]).toEqual([2, 0]);
    expect([cannotTell.asked, cannotTell.right.value]).toEqual([2, 1]);
  });

  it("that rest on what has left the visual window have a row of their own", () => {
    const questions = [question("a", { oldestS: 16 }), question("b", { oldestS: 17 }), question("c")];
    const { beyondWindow } = scoresOf(questions, ["x", "b", "x"]);
    expect([beyondWindow.asked, beyondWindow.right.value]).toEqual([2, 1]);
  });

  it("of silence are wrong, and a missing one is not passed over", () => {
    const some = answered([
      scored(clip({ questions: [question("a"), question("b")] }), narration(10, {}, ["a"])),
    ]);
    expect(some.map(({ right }) => right)).toEqual([true, false]);
  });

  it("that were not asked for are not measured", () => {
    const scores = scoreAll([scored(clip({}), narration(10, {}))], OPTIONS);
    for (const { key, measured } of headlines(scores))
      if (!key.startsWith("event") && key !== "falseThoughts") expect(measured.value).toBeNaN();
  });
});
