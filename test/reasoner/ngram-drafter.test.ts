import { describe, expect, it } from "vitest";
import { NgramDrafter } from "../../src/reasoner/ngram-drafter.ts";

const END = 99;
const drafter = (words = 4, confidence = 0.6) => new NgramDrafter(100, { words, confidence });

describe("an n-gram drafter", () => {
  it("has nothing to say before it has heard anything, or of what it never heard", () => {
    const fresh = drafter();
    expect(fresh.draft([], 4, [END])).toEqual([]);
    fresh.learn([1, 2, 3], END);
    expect(fresh.draft([2, 1], 4, [END])).toEqual([]);
  });

  it("goes on as it heard, up to its limits, and never with the token that closes", () => {
    const heard = drafter();
    heard.learn([1, 2, 3, 4, 5, 6], END);
    expect(heard.draft([], 9, [END])).toEqual([1, 2, 3, 4]);
    expect(heard.draft([1], 2, [END])).toEqual([2, 3]);
    expect(heard.draft([4, 5], 9, [END])).toEqual([6]);
    expect(heard.draft([5, 6], 9, [END])).toEqual([]);
    expect(heard.draft([1], 0, [END])).toEqual([]);
  });

  it("keeps quiet where it heard different things about as often", () => {
    const heard = drafter();
    heard.learn([1, 2], END);
    heard.learn([1, 3], END);
    expect(heard.draft([1], 4, [END])).toEqual([]);
    heard.learn([1, 3], END);
    expect(heard.draft([1], 4, [END])).toEqual([3]);
  });

  it("expects silence after silence", () => {
    const quiet = drafter();
    quiet.learn([1, 2, 3], END);
    for (let i = 0; i < 9; i++) quiet.learn([], 98);
    expect(quiet.draft([], 4, [END, 98])).toEqual([]);
    expect(quiet.draft([1], 4, [END, 98])).toEqual([2, 3]);
  });

  it("forgets what is no longer said", () => {
    const heard = drafter(1);
    for (let i = 0; i < 250; i++) heard.learn([1, 2], END);
    for (let i = 0; i < 1000; i++) heard.learn([1, 3], END);
    expect(heard.draft([1], 1, [END])).toEqual([3]);
  });

  it("remembers so many contexts and no more, those that were counted last", () => {
    const free = new NgramDrafter(100, { words: 1, confidence: 0.6, contexts: 8 });
    const begin = () => free.learn([1, 2, 3], null);
    begin();
    for (let word = 10; word < 40; word++) {
      free.learn([word, word + 50], null);
      if (word < 20) begin();
    }
    expect(free.draft([39], 1, [])).toEqual([89]);
    expect(free.draft([33], 1, [])).toEqual([83]);
    expect(free.draft([20], 1, [])).toEqual([]);
    expect(free.draft([1, 2], 1, []), "not said for long").toEqual([]);
    begin();
    expect(free.draft([1, 2], 1, [])).toEqual([3]);
  });

  it("tells the words of large vocabularies apart", () => {
    const vocabulary = 151_936;
    const large = new NgramDrafter(vocabulary, { words: 1, confidence: 1 });
    const last = vocabulary - 1;
    large.learn([last, last, 7], null);
    large.learn([last, last - 1, 8], null);
    large.learn([last - 1, last, 9], null);
    expect(
      [
        [last, last],
        [last, last - 1],
        [last - 1, last],
      ].map((said) => large.draft(said, 1, [])),
    ).toEqual([[7], [8], [9]]);
  });
});
