import { describe, expect, it } from "vitest";
import { parseScheduledQuestion } from "../../src/streams/mod.ts";

describe("parseScheduledQuestion", () => {
  it.each([
    ["How many cars passed?", "How many cars passed?", null],
    ["  How many? ", "How many?", null],
    ["What happened last? @20s", "What happened last?", 20_000],
    ["What happened last? @20", "What happened last?", 20_000],
    ["What happened last?@2.5s", "What happened last?", 2500],
    ["Is anything moving? @ 1:05", "Is anything moving?", 65_000],
    ["Is anything moving? @ 10:00.5 s ", "Is anything moving?", 600_500],
    ["now? @0", "now?", 0],
    ["Mail bob@20 about it", "Mail bob@20 about it", null],
    ["What is at @home", "What is at @home", null],
    ["a @3 b @4", "a @3 b", 4000],
    ["@20s", "@20s", null],
    ["", "", null],
  ])("reads %j", (input, text, atMs) => {
    expect(parseScheduledQuestion(input)).toEqual({ text, atMs });
  });
});
