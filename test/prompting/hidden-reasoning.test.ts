import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HiddenReasoning } from "../../src/prompting/mod.ts";

function visible(pieces: readonly string[]): string {
  const hidden = new HiddenReasoning();
  return pieces.map((piece) => hidden.push(piece)).join("") + hidden.end();
}

describe("what a model reasons to itself", () => {
  it.each([
    ["<think>Hm. A car?</think>A car stands there.", "A car stands there."],
    ["\n<thinking>one</thinking>\n<think>two</think>\n\nYes.", "Yes."],
    ["No tags at all.", "No tags at all."],
    ["  <thin ice> is seen.", "<thin ice> is seen."],
    ["It shows <think> in the middle.", "It shows <think> in the middle."],
    ["<think>It was cut off", ""],
    ["<thi", "<thi"],
    ["", ""],
  ])("is left out: %j", (text, expected) => {
    expect(visible([text])).toBe(expected);
    expect(visible([...text])).toBe(expected);
  });

  it("is left out however the text is cut into pieces", () => {
    const part = fc.constantFrom(
      "<think>",
      "</think>",
      "<thinking>",
      " ",
      "\n",
      "a car",
      "<",
      "th",
      "stands.",
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), (pieces) => {
        expect(visible(pieces)).toBe(visible([pieces.join("")]));
      }),
    );
  });
});
