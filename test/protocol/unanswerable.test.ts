import { describe, expect, it } from "vitest";
import { outsideText } from "../../src/protocol/unanswerable.ts";

describe("outsideText", () => {
  const examples = [
    "Did anything stop?",
    "How many cars passed?",
    "What happened last?",
    "What is this about?",
  ];

  it("names the words that are not known and a few questions that are", () => {
    expect(outsideText({ unknown_words: ["capital", "france"], examples })).toBe(
      'It does not know "capital", "france". It can answer, for example: Did anything stop? How many cars passed? What happened last?',
    );
  });

  it("says so when the words are known and the question is not", () => {
    expect(outsideText({ unknown_words: [], examples: [] })).toBe(
      "It was not trained to answer this question.",
    );
  });
});
