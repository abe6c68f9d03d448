import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cleanThought, ThoughtCleaner } from "../../src/prompting/mod.ts";
import { cutAnywhere, madeOf } from "./pieces.ts";

const clean = (text: string) => cleanThought(text, false);
const cut = (text: string) => cleanThought(text, true);

const FRAGMENTS = [
  ...[
    "Sure",
    "!",
    "Thought",
    ":",
    " ",
    "\n",
    "Here is",
    " a new thought",
    "**",
    '"',
    "“",
    "”",
    "'",
    "- ",
    "0:12",
    "[0:12]",
  ],
  ...[
    "1",
    ". ",
    ".",
    "...",
    ", ",
    "; ",
    " while ",
    "<think>",
    "</think>",
    "<|im_end|>",
    "<",
    "A man",
    " walks",
    " Mr",
    " 3.5 m",
  ],
  ...["你好", "。", "(", ")", "`", "here", "ok", "note", " —", "é", "👍", "#", "?"],
];

describe("a cleaned thought", () => {
  it.each([
    ["A man walks in.", "A man walks in."],
    ['"A man walks in."', "A man walks in."],
    ["Thought: A man walks in.", "A man walks in."],
    ["**Thought:** A man walks in.", "A man walks in."],
    ["Sure! Here is a short thought:\n\n“A man walks in.”", "A man walks in."],
    ["Okay, here's what happened: a man walks in.", "a man walks in."],
    ["- 0:12 A man walks in.", "A man walks in."],
    ["[1:02:03] - A man walks in.", "A man walks in."],
    ["1. A man walks in.\n2. A dog barks.", "A man walks in."],
    ["# A man walks in", "A man walks in"],
    ["A **man** walks\u00a0 in. He sits down.", "A man walks in."],
    ["\n\nA man\nwalks in", "A man"],
    ["<think>The user wants …</think>\n\nA man walks in.", "A man walks in."],
    ["A man walks in.<|im_end|>\n", "A man walks in."],
    ["A man walks in<|im_end|>", "A man walks in"],
    ["Mr. Smith walks 3.5 m to St. James. Then he stops.", "Mr. Smith walks 3.5 m to St. James."],
    ['The sign says "stop." It is red.', 'The sign says "stop."'],
    ["He waits ... and leaves! Then nothing.", "He waits ... and leaves!"],
    ["Here is a man. He walks.", "Here is a man."],
    ["Okay men walk in.", "Okay men walk in."],
    ["Notes fall to the floor.", "Notes fall to the floor."],
    ["12 people come in.", "12 people come in."],
    ["一个人走进来。他坐下。", "一个人走进来。"],
  ])("of %j is %j", (text, thought) => {
    expect(clean(text)).toBe(thought);
  });

  it.each([
    ["A man walks in, a dog follows, and then the li", "A man walks in, a dog follows"],
    ["A man walks in while a dog follo", "A man walks in"],
    ["A man in a red shirt walks acr", "A man in a red shirt walks"],
    ["A man walks in.", "A man walks in."],
    ["Undeniab", "Undeniab"],
    ["A man walks in. Then he", "A man walks in."],
  ])("that was cut at %j is %j", (text, thought) => {
    expect(cut(text)).toBe(thought);
  });

  it.each(["", " \n", "...", '""', "<think>What should I say?", "**"])("of %j is none", (text) => {
    expect(clean(text)).toBe("");
    expect(cut(text)).toBe("");
  });

  it.each([
    ["Sure!", "Sure!"],
    ["Thought:", "Thought:"],
    ['"Okay." ...', "Okay"],
  ])("of an opening phrase alone, %j, is that phrase", (text, thought) => {
    expect(clean(text)).toContain(thought);
  });

  it("is the same however the text is cut into pieces, and no piece is taken back", () => {
    const texts = fc.oneof(madeOf(FRAGMENTS), fc.string());
    fc.assert(
      fc.property(cutAnywhere(texts), fc.boolean(), ({ text, pieces }, atBudget) => {
        const cleaner = new ThoughtCleaner();
        const told = pieces.map((piece) => cleaner.push(piece));
        told.push(cleaner.end(atBudget));
        expect(told.join("")).toBe(cleanThought(text, atBudget));
      }),
      { numRuns: 3000 },
    );
  });

  it("is one line without white space around it, and is not empty when letters were said", () => {
    fc.assert(
      fc.property(
        madeOf(FRAGMENTS.filter((fragment) => !/[<>]/.test(fragment))),
        fc.boolean(),
        (text, atBudget) => {
          const thought = cleanThought(text, atBudget);
          expect(thought).toBe(thought.trim());
          expect(thought).not.toMatch(/\s\s|[\n*`]/);
          if (/\p{L}/u.test(text)) expect(thought).not.toBe("");
        },
      ),
      { numRuns: 3000 },
    );
  });

  it("tells a clause as soon as it is whole, and ends with its sentence", () => {
    const cleaner = new ThoughtCleaner();
    const told = ["A man walks in", ", a dog", " follows", ", and", " barks", ".", " The"].map((piece) => [
      cleaner.push(piece),
      cleaner.ended,
    ]);
    expect(told).toEqual([
      ["", false],
      ["A man walks in", false],
      ["", false],
      [", a dog follows", false],
      ["", false],
      ["", false],
      [", and barks.", true],
    ]);
    expect(cleaner.push(" more")).toBe("");
    expect(cleaner.end(true)).toBe("");
  });
});
