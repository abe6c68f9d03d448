import { describe, expect, it } from "vitest";
import type { SpecialTokens } from "../../src/models/mod.ts";
import { LogitsMask } from "../../src/reasoner/logits-mask.ts";

const special: SpecialTokens = {
  narrate: 2,
  skip: 3,
  endThink: 4,
  question: 5,
  answer: 6,
  endAnswer: 7,
  forbidden: [0, 1],
  recap: null,
  separator: null,
  running: null,
  clock: [],
};
const mask = new LogitsMask(special);
const WORDS = [8, 9];

/** The tokens that may still be said. */
function allowed(hide: (logits: Float32Array) => void): number[] {
  const logits = new Float32Array(10);
  hide(logits);
  return [...logits.keys()].filter((token) => Number.isFinite(logits[token]));
}

describe("LogitsMask", () => {
  it("lets a thought begin with a word or a skip, and go on with words or end", () => {
    expect(allowed((logits) => mask.thought(logits, true, 0))).toEqual([special.skip, ...WORDS]);
    expect(allowed((logits) => mask.thought(logits, false, 0))).toEqual([special.endThink, ...WORDS]);
  });

  it("lets an answer begin with a word, and go on with words or end", () => {
    expect(allowed((logits) => mask.answer(logits, true))).toEqual(WORDS);
    expect(allowed((logits) => mask.answer(logits, false))).toEqual([special.endAnswer, ...WORDS]);
  });

  it("adds the skip's bias where a skip is possible, and leaves all other logits alone", () => {
    const logits = new Float32Array(10).fill(1);
    mask.thought(logits, true, 2.5);
    expect([logits[special.skip], logits[8], logits[9]]).toEqual([3.5, 1, 1]);
    mask.thought(logits, false, 2.5);
    expect([logits[special.skip], logits[8]]).toEqual([Number.NEGATIVE_INFINITY, 1]);
  });

  it("keeps numbers out of a thought that are too large for it", () => {
    expect(allowed((logits) => mask.thought(logits, false, 0, [9]))).toEqual([special.endThink, 8]);
  });

  it("keeps times and the wish for a recap out of thoughts, and lets answers tell times", () => {
    const timed = new LogitsMask({ ...special, recap: 8, clock: [9] });
    expect(allowed((logits) => timed.thought(logits, true, 0))).toEqual([special.skip]);
    expect(allowed((logits) => timed.answer(logits, true))).toEqual([9]);
    expect(allowed((logits) => timed.answer(logits, false, [9]))).toEqual([special.endAnswer]);
  });

  it("lets a recap begin with a word, and go on with words or end", () => {
    expect(allowed((logits) => mask.recap(logits, true))).toEqual(WORDS);
    expect(allowed((logits) => mask.recap(logits, false))).toEqual([special.endThink, ...WORDS]);
  });
});
