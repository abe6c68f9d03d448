import { describe, expect, it } from "vitest";
import { type Clause, parseClauses, SAID_OF_SOMEBODY, sayClause, VERBS } from "../../src/alerts/clause.ts";
import { compileRule } from "../../src/alerts/compile-rule.ts";
import { isEvent } from "../../src/alerts/condition.ts";
import { WordsError } from "../../src/alerts/errors.ts";
import type { AlertRule } from "../../src/alerts/mod.ts";
import { STREET_MODEL } from "../support/street-language.ts";

function compiled(rule: AlertRule) {
  const matching = compileRule(rule, STREET_MODEL);
  if (matching.how !== "words") throw new Error("It is asked about.");
  return matching;
}

/** Whether a thought meets a rule about something that happens. */
function meets(when: string, thought: string): boolean {
  const clauses = parseClauses(thought);
  return compiled({ when }).condition.some(
    (pattern) => pattern.type === "event" && clauses.some((clause) => isEvent(pattern, clause)),
  );
}

function refusal(rule: AlertRule): WordsError {
  try {
    compileRule(rule, STREET_MODEL);
  } catch (error) {
    if (error instanceof WordsError) return error;
    throw error;
  }
  throw new Error(`This was not refused: ${rule.when}`);
}

describe("the words of a rule", () => {
  it.each([
    ["a person enters from the left", "a person enters from the left"],
    ["Alert me when somebody comes in from the left.", "a person enters from the left"],
    ["a woman walks into the picture from the left-hand side", "a person enters from the left"],
    ["somebody arrives", "a person enters or appears"],
    ["a taxi shows up", "a car enters or appears"],
    ["a vehicle has left", "a car leaves or vanishes"],
    ["someone goes out of the picture on the right side", "a person leaves at the right"],
    ["a truck comes to a standstill", "a car stops"],
    ["a red car stops", "a red car stops"],
    ["a red or blue car stops", "a red or blue car stops"],
    ["a red car or a blue car stops", "a red or blue car stops"],
    ["a car or a person stops", "a car or person stops"],
    ["a car, a person or a hand stops", "a car or person or hand stops"],
    ["a car stops or turns", "a car stops, or a car turns"],
    ["a car stops or a person enters from the top", "a car stops, or a person enters from the top"],
    ["somebody leaves but not on the left", "a person leaves at any side but left"],
    ["somebody leaves, but not on the left or the right", "a person leaves at any side but left or right"],
    ["anything but a car leaves", "anything but a car leaves or vanishes"],
    ["something other than a red car stops", "anything but a red car stops"],
    ["something enters, but not a car", "anything but a car enters or appears"],
    ["a car that is not red stops", "a car that is not red stops"],
    ["a non-red car stops", "a car that is not red stops"],
    [
      "anything except a car or a person enters from below",
      "anything but a car or a person enters from the bottom",
    ],
    ["a person walks from left to right", "a person moves right"],
    ["a person walks from the left", "a person moves right"],
    ["a car drives upwards", "a car moves up"],
    ["a big car moves to the left", "a big car moves left"],
    ["a car begins to move to the left", "a car starts moving left"],
    ["somebody puts a parcel down", "an object is put down"],
    ["a box is delivered", "an object is put down"],
    ["someone takes an object away", "an object is taken"],
    ["the object has been stolen", "an object is taken"],
    ["a person meets another person", "a person meets a person"],
    ["a car passes by", "a car moves"],
    ["a car overtakes a car", "a car passes a car"],
    ["a car is hit by a person", "a person hits a car"],
    ["it gets dark", "the lights go off"],
    ["the lights have been turned off", "the lights go off"],
    ["the camera is moved", "the camera moves"],
    ["somebody's there", "a person is in the picture"],
    ["there is a parked car", "a car is standing"],
    ["a car is still standing there", "a car is in the picture"],
    ["a car is not moving", "a car is standing"],
    ["nobody is there", "no person is in the picture"],
    ["there's nobody in the picture", "no person is in the picture"],
    ["the camera is covered", "the camera is covered"],
    ["there is a crowd", "several people are there"],
    ["many people gather", "several people are there"],
    ["a cat runs in", "an animal enters or appears"],
    ["a dark dog stops", "a dark animal stops"],
  ])("are understood: %s", (when, understood) => {
    expect(compiled({ when }).understood).toBe(understood);
  });

  it("are whatever the model itself says: each of its clauses meets itself as a rule, and no other verb", () => {
    const car = { colour: "red", kind: "car" };
    const person = { colour: "blue", kind: "person" };
    const all: Clause[] = VERBS.map((verb) => {
      const isScene = !SAID_OF_SOMEBODY.includes(verb);
      const place = ["moves", "starts", "turns", "enters", "leaves"].includes(verb) ? "left" : null;
      const other = ["meets", "passes", "hits", "follows"].includes(verb) ? person : null;
      return { verb, place, ...(isScene ? { colour: null, kind: null } : car), other };
    });
    for (const clause of all) {
      const when = sayClause(clause);
      const { condition } = compiled({ when });
      // `the camera is covered` is something that holds.
      const met = all.filter((each) =>
        condition.some((pattern) =>
          pattern.type === "scene"
            ? pattern.since === each.verb
            : pattern.type === "event" && isEvent(pattern, each),
        ),
      );
      const expected = { appears: ["enters", "appears"], vanishes: ["leaves", "vanishes"] }[clause.verb] ?? [
        clause.verb,
      ];
      expect(met.map(({ verb }) => verb).sort(), when).toEqual([...expected].sort());
    }
  });

  it.each([
    ["a person enters from the left", "a red person enters from the left #3", true],
    ["a person enters from the left", "a red person enters from the right", false],
    ["a person enters from the left", "a red car enters from the left", false],
    ["somebody leaves but not on the left", "a red person leaves at the left", false],
    ["somebody leaves but not on the left", "a red person leaves at the top", true],
    ["anything but a car leaves", "a grey car leaves at the top", false],
    ["anything but a car leaves", "a hand leaves at the top", true],
    ["a car that is not red stops", "a red car stops", false],
    ["a car that is not red stops", "a white car stops", true],
    ["something other than a red car stops", "a red person stops", true],
    ["a big car moves", "a small red car moves left", false],
    ["a big car moves", "a big red car moves left", true],
    ["a person meets a car", "a red car meets a blue person", true],
    ["a person follows a car", "a red car follows a blue person", false],
    ["a red car or a blue car stops", "a green car stops", false],
    ["something happens", "a green car turns left", true],
    ["something happens", "the lights go off", false],
  ])("%s — %s: %s", (when, thought, is) => expect(meets(when, thought)).toBe(is));
});

describe("a rule that the model can never say", () => {
  it.each([
    ["a drone enters", /The word "drone" is unknown/],
    ["a person with a knife comes in quickly", /The words "knife", "quickly" are unknown/],
    ["a turquoise car stops", /"turquoise"/],
    ["two people meet", /"two"/],
    ["a car stops on the left", /tells no side of "stops"/],
    ["a person stands on the left", /does not say where something stands/],
    ["a big car stops", /says the size only of what moves/],
    ["a person takes an object and leaves", /"or", or make two alerts/],
    ["a red person puts down an object", /does not say who puts something down/],
    ["a car", /end where a verb should come/],
    ["left", /does not go on with "left"/],
    ["a car does not stop", /not clear for how long/],
    ["a red car or a person stops", /differ in more than one word/],
  ])("is refused with examples of what it can: %s", (when, why) => {
    const { message, key } = refusal({ when });
    expect(message).toMatch(why);
    expect(message).toMatch(/This model says such as: "an? (person|car|object) \w/);
    expect(key).toBe("when");
  });

  it("has examples about what it was about, and each of them is a rule", () => {
    const { message } = refusal({ when: "a car explodes" });
    const examples = [...message.matchAll(/"(an? [^"]+|the [^"]+)"/g)].map(([, example]) => example!);
    expect(examples[0]).toBe("a car enters from the left");
    expect(examples.length).toBeGreaterThan(2);
    for (const when of examples) expect(() => compiled({ when })).not.toThrow();
  });

  it("is one with a zone, because such a model tells sides only", () => {
    expect(refusal({ when: "a person enters", zone: "gate" })).toMatchObject({
      key: "zone",
      message: expect.stringContaining("sides"),
    });
  });

  it("depends on the words of the model", () => {
    const { words, synonyms } = STREET_MODEL.language!;
    const without = (...left: string[]) => ({
      ...STREET_MODEL,
      language: { words: words.filter((word) => !left.includes(word)), synonyms },
    });
    expect(() => compileRule({ when: "a dog enters" }, without("animal"))).toThrowError(/"animal"/);
    expect(() => compileRule({ when: "a crowd gathers" }, without("several"))).toThrowError(/never says/);
    const model = { ...STREET_MODEL, language: { words: words.filter((word) => word !== "hand"), synonyms } };
    expect(() => compileRule({ when: "a hand enters" }, model)).toThrowError(/does not know the word "hand"/);
    const { language: _, ...none } = STREET_MODEL;
    expect(() => compileRule({ when: "a hand enters" }, none)).toThrowError(/takes no instructions/);
    const can = { ...STREET_MODEL.can, instructions: true };
    expect(compileRule({ when: "a dog barks" }, { ...none, can })).toEqual({
      how: "question",
      understood: "a dog barks",
    });
  });
});

describe("how long a rule must hold", () => {
  it.each([
    ["a car is parked", "a car is standing"],
    ["a car stops", "a car is standing"],
    ["a person is in the picture", "a person is in the picture"],
    ["something is moving", "something is moving"],
    ["nobody is there", "no person is in the picture"],
    ["no car enters from the left", "no car enters from the left"],
    ["nothing happens", "nothing happens"],
    ["the lights are off", "the lights are off"],
    ["the lights go off", "the lights are off"],
    ["the camera is covered", "the camera is covered"],
  ])("goes with what can hold: %s", (when, understood) => {
    expect(compiled({ when, for: "30s" }).understood).toBe(understood);
  });

  it.each(["a person enters", "a car turns left", "an object is taken", "a person meets a person"])(
    "is refused where it means nothing: %s",
    (when) => {
      const { key, message } = refusal({ when, for: "30s" });
      expect(key).toBe("for");
      expect(message).toMatch(/happens in a moment, so it cannot hold.*"a car is parked"/);
    },
  );

  it("must be said of what does not happen", () => {
    expect(refusal({ when: "no car enters" })).toMatchObject({
      key: "for",
      message: expect.stringContaining("for: 10m"),
    });
  });
});
