import { describe, expect, it } from "vitest";
import { type Count, counted, inWords } from "../../../client/src/story/counts.ts";

const afterThoughts = (...thoughts: string[]) => thoughts.reduce<readonly Count[]>(counted, []);

describe("what was counted", () => {
  it("is the highest number told of each kind and direction", () => {
    const counts = afterThoughts(
      "a red car enters from the left #1, a blue person leaves at the right #1",
      "a red car enters from the left #2",
      "a red car enters from the left #1",
      "a red car leaves at the left #1",
    );
    expect(counts.map(inWords)).toEqual(["cars in 2, out 1", "people out 1"]);
  });

  it("is nothing, where nothing was numbered", () => {
    const counts = afterThoughts("a red car stops", "The sign says #7.");
    expect(counts).toEqual([]);
  });

  it("does not change when nothing new was counted", () => {
    const counts = afterThoughts("a car appears #2");
    expect(counted(counts, "a car appears #2")).toBe(counts);
    expect(inWords(afterThoughts("an object appears #99")[0]!)).toBe("objects in 99+");
  });
});
