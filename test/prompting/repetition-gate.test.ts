import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RepetitionGate } from "../../src/prompting/mod.ts";
import { cutAnywhere, madeOf } from "./pieces.ts";

function through(earlier: readonly string[], pieces: readonly string[]) {
  const gate = new RepetitionGate(earlier);
  const told = pieces.map((piece) => gate.push(piece));
  const { ended } = gate;
  const { text, repeated } = gate.end();
  return { told: [...told, text], text: [...told, text].join(""), repeated, ended };
}

const whole = (earlier: readonly string[], text: string) => through(earlier, [text]);
const CAR = "A red car enters from the left.";

describe("the gate against repetition", () => {
  it.each([
    CAR,
    "a red car enters from the left",
    "The red car is entering from the left!",
    "There is a red car that enters from the left now.",
    "A red car is entering.",
    "A red car.",
  ])("lets nothing through of %j after the same was said", (text) => {
    expect(whole([CAR], text)).toMatchObject({ text: "", repeated: true });
  });

  it.each([
    "A blue car enters from the left.",
    "A red car enters from the right.",
    "A red car does not enter from the left.",
    "A red car enters from the left and stops.",
    "A second red car enters from the left.",
    "Nothing moves.",
    "你好。",
  ])("lets all of %j through after something else was said", (text) => {
    expect(whole([CAR], text)).toMatchObject({ text, repeated: false });
  });

  it("takes who did it to whom for a difference", () => {
    expect(whole(["The dog bites the man."], "The man bites the dog.").repeated).toBe(false);
  });

  it("looks at each earlier thought, and at each of its sentences", () => {
    expect(whole(["A man sits.", `${CAR} It stops.`], CAR).repeated).toBe(true);
    expect(whole(["A red car sits.", "A blue car enters."], "A red car enters.").repeated).toBe(false);
  });

  it("holds words back while they can still repeat, and releases them with the first difference", () => {
    const { told } = through(
      [CAR],
      ["A", " red", " car", " ent", "ers", " from", " the ri", "ght", ".", " It"],
    );
    expect(told).toEqual(["", "", "", "", "", "", "", "", "", "A red car enters from the right.", " It"]);
    const another = through([CAR], ["A", " blue", " car", " enters", "."]);
    expect(another.told).toEqual(["", "", "A blue car", " enters", "", "."]);
  });

  it("holds nothing back when nothing was said", () => {
    expect(through([], ["A", " red", " car", "."]).told).toEqual(["A", " red", " car", "", "."]);
  });

  it("ends a thought that repeats after its beginning with its last whole sentence", () => {
    const pieces = ["A dog barks.", " A red", " car enters.", " More", " words."];
    expect(through([CAR], pieces)).toMatchObject({ text: "A dog barks.", repeated: false, ended: true });
    expect(whole([], "A dog barks. A dog barks. A dog barks.")).toMatchObject({
      text: "A dog barks.",
      ended: true,
    });
  });

  it("leaves out repetitions at the beginning", () => {
    expect(whole([CAR], `${CAR} A dog barks.`)).toMatchObject({ text: "A dog barks.", repeated: false });
  });

  it("does not call silence a repetition", () => {
    expect(whole([CAR], "")).toMatchObject({ text: "", repeated: false });
  });

  it("lets the same through however it is cut into pieces", () => {
    const fragments = [
      "A",
      " red",
      " car",
      " enters",
      ".",
      " ",
      "\n",
      " from",
      " the",
      " left",
      "!",
      '"',
      " It's",
      " 3.5",
    ];
    const texts = madeOf([...fragments, " walking", " Mr.", "...", "你", "。", "”", " now", CAR], 20);
    const earlier = fc.constantFrom([], [CAR], [CAR, "It's 3.5.", "你。"], ["A red car enters now", " "]);
    fc.assert(
      fc.property(earlier, cutAnywhere(texts), (said, { text, pieces }) => {
        const { text: told, repeated } = through(said, pieces);
        const once = whole(said, text);
        expect({ told, repeated }).toEqual({ told: once.text, repeated: once.repeated });
        if (repeated) expect(told).toBe("");
      }),
      { numRuns: 3000 },
    );
  });

  it("never lets a thought through twice, whatever it is", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        if (!/[\p{L}\p{N}]/u.test(text)) return;
        expect(whole([text], text).text.match(/[\p{L}\p{N}]/u)).toBe(null);
      }),
      { numRuns: 500 },
    );
  });
});
