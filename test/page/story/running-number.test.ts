import { describe, expect, it } from "vitest";
import { inWords, numberInWords, partsOf } from "../../../client/src/story/running-number.ts";

describe("the running number of a clause", () => {
  it("becomes words, for those who come and those who go", () => {
    expect(inWords("a red car enters from the left #3")).toBe("a red car enters from the left · 3rd car in");
    expect(inWords("a small blue person leaves at the right #2")).toBe(
      "a small blue person leaves at the right · 2nd person out",
    );
    expect(inWords("an object appears #1")).toBe("an object appears · 1st object in");
    expect(inWords("the white hand vanishes # 4")).toBe("the white hand vanishes · 4th hand out");
  });

  it("is found in each clause of a thought, however the comma is set", () => {
    for (const comma of [", ", " , ", ","])
      expect(
        inWords(`an orange person enters from the top #1${comma}a blue car stops${comma}a car appears #2`),
      ).toBe(
        "an orange person enters from the top · 1st person in, a blue car stops, a car appears · 2nd car in",
      );
    expect(partsOf("a red car enters from the left #3")).toEqual([
      { text: "a red car enters from the left", number: { nth: 3, kind: "car", direction: "in" } },
    ]);
  });

  it("is left as it is in any other text", () => {
    const others = [
      "The sign says #3, and nothing else.",
      "a red car stops #3",
      "room #3",
      "a red car enters from the left #0",
      "a red car enters from the left #3!",
      "A person , who is late,runs",
      "",
    ];
    for (const text of others) {
      expect(inWords(text)).toBe(text);
      expect(partsOf(text)).toEqual([{ text, number: null }]);
    }
  });

  it("is an ordinal, and says where the narrator stops counting", () => {
    const words = (nth: number) => numberInWords({ nth, kind: "car", direction: "in" });
    expect([1, 2, 3, 4, 10, 11, 12, 13, 20, 21, 22, 23, 98].map((nth) => words(nth).split(" ")[0])).toEqual(
      "1st 2nd 3rd 4th 10th 11th 12th 13th 20th 21st 22nd 23rd 98th".split(" "),
    );
    expect(words(99)).toBe("99th car in or a later one");
  });
});
