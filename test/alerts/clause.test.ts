import { describe, expect, it } from "vitest";
import { SAID_OF_SOMEBODY } from "../../src/alerts/clause.ts";
import { NO_VERB, parseClauses, sayable, sayClause, VERBS } from "../../src/alerts/mod.ts";

const clause = (verb: string, rest: object = {}) => ({
  verb,
  place: null,
  colour: null,
  kind: null,
  other: null,
  ...rest,
});
const red = { colour: "red", kind: "car" };

describe("clauses", () => {
  it("are who, verb and place, several to a thought, with or without a space before the comma", () => {
    const text = "a red car enters from the left , an orange person moves up, a grey object stops";
    expect(parseClauses(text)).toEqual([
      clause("enters", { ...red, place: "left" }),
      clause("moves", { colour: "orange", kind: "person", place: "up" }),
      clause("stops", { colour: "grey", kind: "object" }),
    ]);
  });

  it.each<[string, object]>([
    ["a red car leaves at the left", clause("leaves", { ...red, place: "left" })],
    ["a red car starts moving left", clause("starts", { ...red, place: "left" })],
    ["a red car turns left", clause("turns", { ...red, place: "left" })],
    ["a red car speeds up", clause("speeds up", red)],
    ["a red car slows down", clause("slows down", red)],
    ["a red car comes closer", clause("comes closer", red)],
    ["a red car goes away", clause("goes away", red)],
    ["a red car appears", clause("appears", red)],
    ["a red car vanishes", clause("vanishes", red)],
    ["a red car is put down", clause("put down", red)],
    ["a red car is taken", clause("taken", red)],
    ["a red car meets a blue person", clause("meets", { ...red, other: { colour: "blue", kind: "person" } })],
    ["a red car passes a blue car", clause("passes", { ...red, other: { colour: "blue", kind: "car" } })],
    [
      "a red car hits an orange object",
      clause("hits", { ...red, other: { colour: "orange", kind: "object" } }),
    ],
    ["a red car follows a blue car", clause("follows", { ...red, other: { colour: "blue", kind: "car" } })],
    ["the lights go off", clause("lights off")],
    ["the lights go on", clause("lights on")],
    ["the camera moves", clause("camera moves")],
    ["the camera is covered", clause("camera covered")],
    ["the camera is free", clause("camera free")],
    ["several people are there", clause("crowd")],
    ["a red car enters from the left #3", clause("enters", { ...red, place: "left" })],
    ["a red car vanishes # 12", clause("vanishes", red)],
    ["a light blue car stops", clause("stops", { colour: "light blue", kind: "car" })],
    ["a car stops", clause("stops", { kind: "car" })],
    ["a big red car moves left", clause("moves", { ...red, place: "left", size: "big" })],
    ["a small car stops", clause("stops", { kind: "car", size: "small" })],
  ])("%s", (text, what) => {
    expect(parseClauses(text)).toEqual([what]);
  });

  it("of silence are none, and what is no clause is said to be none", () => {
    expect(parseClauses("")).toEqual([]);
    expect(parseClauses(" , ")).toEqual([]);
    for (const text of ["a red", "a red car flies", "the lights", "a red car enters from the left at"])
      expect(parseClauses(text).map(({ verb }) => verb)).toEqual([NO_VERB]);
  });

  it("can say only some of what labels know", () => {
    const blue = { colour: "blue", kind: "person" };
    expect(sayable(clause("stops", { ...red, place: "left", other: blue }))).toEqual(clause("stops", red));
    expect(sayable(clause("enters", { ...red, place: "left" }))).toEqual(
      clause("enters", { ...red, place: "left" }),
    );
    expect(sayable(clause("meets", { ...red, other: blue }))).toEqual(
      clause("meets", { ...red, other: blue }),
    );
    expect(sayable(clause("lights off", { colour: "grey", kind: "car" }))).toEqual(clause("lights off"));
  });

  it("are said as they are read, every verb", () => {
    const places = new Set(["enters", "leaves", "moves", "starts", "turns"]);
    const others = new Set(["meets", "passes", "hits", "follows"]);
    for (const verb of VERBS) {
      const scene = !SAID_OF_SOMEBODY.includes(verb);
      const what = clause(verb, {
        ...(scene ? {} : { colour: "orange", kind: "car", size: "big" }),
        place: places.has(verb) ? "left" : null,
        other: others.has(verb) ? { colour: "blue", kind: "person" } : null,
      });
      expect(parseClauses(sayClause(what as Parameters<typeof sayClause>[0]))).toEqual([what]);
    }
  });
});
