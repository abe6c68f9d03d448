import { describe, expect, it } from "vitest";
import { keptTokens } from "../../src/reasoner/mod.ts";

/** Counts the tokens, given as texts, that belong to a thought. */
const kept = (tokens: readonly string[], told: string) =>
  keptTokens([...tokens.keys()], told, (words) => words.map((word) => tokens[word]).join(""));

describe("the tokens of a thought", () => {
  it("end where what was told ends", () => {
    expect(kept(["A", " man", " sits", ".", " He", " eats"], "A man sits.")).toBe(4);
    expect(kept(["A", " man", " sits", ",", " while", " he", " ea"], "A man sits")).toBe(3);
    expect(kept(["A", " man", " si"], "A man")).toBe(2);
  });

  it("include what stands before it, and what was only tidied", () => {
    expect(kept(["Sure", "!", ' "', "A", " man", ".", '"', " He"], "A man.")).toBe(6);
    expect(kept(["A", "  ", "**man**", " sits", ".", "\n"], "A man sits.")).toBe(5);
  });

  it("end before a token that goes beyond what was told", () => {
    expect(kept(["A", " man", " sits", ", wh", "ile he"], "A man sits")).toBe(3);
    expect(kept(["A", " man", " sits, while"], "A man sits")).toBe(2);
  });

  it("are all where that cannot be told", () => {
    expect(kept(["One man, while", " he"], "One man")).toBe(2);
  });
});
