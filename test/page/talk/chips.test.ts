import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { Calm } from "../../../client/src/talk/calm.ts";
import { chipsFor, keepPlaces, MOST_CHIPS } from "../../../client/src/talk/chips.ts";
import { BUNDLED_MODEL } from "../../support/bundles.ts";

const { example_questions } = JSON.parse(readFileSync(join(BUNDLED_MODEL, "bundle.json"), "utf8")) as {
  readonly example_questions: string[];
};
const street = { example_questions };
const unnamed = { example_questions: [] };

describe("the questions that are offered", () => {
  it("are of nothing in particular before anything was told, and not of what was", () => {
    expect(chipsFor(street, [], [])).toEqual(["Is anything moving now?", "What is this about?"]);
    expect(chipsFor(unnamed, [], [])).toEqual(["What do you see?", "What is happening?"]);
  });

  it("are of a thing once it was told", () => {
    const person = chipsFor(street, ["a blue person enters from the left #1"], []);
    expect(person.join()).not.toMatch(/car/i);
    expect(person).toContain("What happened last?");
    const car = chipsFor(street, ["a blue person enters from the left #1", "a red car comes in"], []);
    expect(car).toContain("How many cars passed?");
    expect(car.at(-1)).toBe("What happened last?");
  });

  it("take no deed for granted that was not told", () => {
    const offered = (...told: string[]) => {
      const asked: string[] = [];
      // Whoever asks all that is offered is offered everything that can be.
      for (let i = 0; i < 2 * street.example_questions.length; i++)
        asked.push(chipsFor(street, told, asked)[0]!);
      return asked;
    };
    const enters = "a red car enters from the left #1";
    expect(offered(enters)).not.toContain("Why did the car stop?");
    expect(offered(enters, "the car stops")).toContain("Why did the car stop?");
    expect(offered(enters)).not.toContain("How long has the car been standing there?");
    expect(offered(enters, "it stands there")).toContain("How long has the car been standing there?");
    expect(offered(enters, "a person comes")).not.toContain("How long ago did the last person leave?");
    expect(offered("a person leaves")).toContain("How long ago did the last person leave?");
  });

  it("put what fits to the newest thoughts first, and what was asked already last", () => {
    const told = ["a red car enters from the left #1", "the car stops"];
    expect(chipsFor(street, told, [])[0]).toBe("Why did the car stop?");
    expect(chipsFor(street, told, ["Why did the car stop?"])).not.toContain("Why did the car stop?");
  });

  it("are at most four, each once", () => {
    const told = ["a red car enters", "the car stops and stands", "a person leaves"];
    const chips = chipsFor(street, told, []);
    expect(chips).toHaveLength(MOST_CHIPS);
    expect(new Set(chips).size).toBe(MOST_CHIPS);
  });

  it("stay in their places where they stay", () => {
    expect(keepPlaces(["a", "b", "c"], ["d", "c", "a"])).toEqual(["a", "d", "c"]);
    expect(keepPlaces(["a", "b"], ["c", "b", "d"])).toEqual(["c", "b", "d"]);
    expect(keepPlaces(["a", "b", "c"], ["c"])).toEqual(["c"]);
    expect(keepPlaces([], ["a", "b"])).toEqual(["a", "b"]);
  });
});

describe("calm", () => {
  it("changes at once, then not before its time, and never while it is held", () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
    try {
      const calm = new Calm<string>("", 4000, Object.is);
      calm.offer("a");
      expect(calm.shown.value).toBe("a");
      calm.offer("b");
      calm.offer("c");
      vi.advanceTimersByTime(3990);
      expect(calm.shown.value).toBe("a");
      vi.advanceTimersByTime(20);
      expect(calm.shown.value).toBe("c");
      calm.hold(true);
      calm.offer("d");
      vi.advanceTimersByTime(60_000);
      expect(calm.shown.value).toBe("c");
      calm.hold(false);
      expect(calm.shown.value).toBe("d");
      calm.offer("e");
      calm.offer("d");
      vi.advanceTimersByTime(60_000);
      expect(calm.shown.value, "what is shown again is not changed").toBe("d");
    } finally {
      vi.useRealTimers();
    }
  });
});
