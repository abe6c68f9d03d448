import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { WholeWords } from "../../src/prompting/mod.ts";
import { cutAnywhere, madeOf } from "./pieces.ts";

describe("a text that is told by whole words", () => {
  it("is told whole in the end, and never in the middle of a word", () => {
    const texts = madeOf(["The", " dog", " barks", ".", " ", "\n", "走了", "。", "it's", "😀"]);
    fc.assert(
      fc.property(cutAnywhere(texts), ({ text, pieces }) => {
        const words = new WholeWords();
        let told = "";
        for (const piece of pieces) {
          told += words.push(piece);
          const next = text[told.length] ?? " ";
          const last = told.at(-1) ?? " ";
          expect(/[\s走了。]/.test(last) || /\s/.test(next)).toBe(true);
        }
        expect(told + words.end(false)).toBe(text);
      }),
    );
  });

  it("leaves out the word that was cut off, unless it is the only one", () => {
    const words = new WholeWords();
    expect(words.push("The dog bar") + words.end(true)).toBe("The dog ");
    const only = new WholeWords();
    expect(only.push("Barkin") + only.end(true)).toBe("Barkin");
  });

  it("tells a word without end in pieces", () => {
    const words = new WholeWords();
    const told = Array.from({ length: 100 }, () => words.push("ab")).join("");
    expect(told.length).toBeGreaterThan(150);
  });
});
