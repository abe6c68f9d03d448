import { describe, expect, it } from "vitest";
import type { AlertObject, AlertRule } from "../../../client/lib/mod.ts";
import { conditionsOf } from "../../../client/src/alerts/alert-words.ts";
import { examplesIn, fieldsOf, ruleOf, suggestedName } from "../../../client/src/alerts/rule-form.ts";
import { compileRule } from "../../../src/alerts/compile-rule.ts";
import { alertRuleSchema } from "../../../src/alerts/rule-schema.ts";
import { STREET_MODEL } from "../../support/street-language.ts";

function alert(rule: AlertRule): AlertObject {
  return {
    ...{
      object: "alert",
      name: "given",
      origin: "api",
      how: "words",
      understood: "",
      raised: 0,
      last_raised: null,
    },
    ...rule,
  };
}

describe("the form of an alert", () => {
  it("says the rule that it was given", () => {
    const rules: AlertRule[] = [
      { when: "a car is parked", for: "10m" },
      { when: "a person enters", cooldown: "90s", streams: ["door", "yard"], enabled: false },
      { when: "a car stops", between: "22:00-06:00", time_zone: "Europe/Berlin", zone: "gate" },
      { when: "a car stops", between: "22:00-06:00" },
    ];
    for (const rule of rules) expect(ruleOf(fieldsOf(alert(rule), "Asia/Tokyo"))).toEqual(rule);
  });

  it("takes a new rule in the visitor's time zone, and shows durations in one unit", () => {
    const fields = fieldsOf(null, "Asia/Tokyo");
    expect(ruleOf({ ...fields, when: " a car stops ", between: { from: "22:00", to: "06:00" } })).toEqual({
      ...{ when: "a car stops", between: "22:00-06:00", time_zone: "Asia/Tokyo", cooldown: "1m" },
    });
    expect(fieldsOf(alert({ when: "x", for: "1h30m", between: "7:30 - 9:00" }), "UTC")).toMatchObject({
      for: { amount: "90", unit: "m" },
      between: { from: "07:30", to: "09:00" },
    });
    const said = ruleOf({ ...fields, when: "a car is parked", for: { amount: "1.5", unit: "h" } });
    expect(alertRuleSchema.parse(said)).toEqual(said);
  });

  it("suggests names that a server takes, and that are free", () => {
    expect(suggestedName("A person enters from the left!", new Set())).toBe("person-enters-from-left");
    expect(suggestedName("a car stops", new Set(["car-stops", "car-stops-2"]))).toBe("car-stops-3");
    expect(suggestedName("", new Set())).toBe("alert");
  });

  it("finds the examples in what a server says", () => {
    const refused = (rule: AlertRule) => {
      try {
        compileRule(rule, STREET_MODEL);
      } catch (error) {
        return examplesIn((error as Error).message);
      }
      throw new Error("It was not refused.");
    };
    for (const rule of [{ when: "a drone enters" }, { when: "a person enters", for: "30s" }]) {
      const examples = refused(rule);
      expect(examples.length).toBeGreaterThan(2);
      for (const when of examples) expect(() => compileRule({ ...rule, when }, STREET_MODEL)).not.toThrow();
    }
    expect(examplesIn('There is no alert "x".')).toEqual([]);
  });

  it("says in words when it counts", () => {
    const rule = { when: "x", for: "1h30m", cooldown: "1m", streams: ["door"], between: "22:00-06:00" };
    expect(conditionsOf(rule)).toEqual([
      ...["for 1 h 30 min", "on door", "between 22:00 and 06:00 by the server’s clock"],
      "at most once in 1 min a stream",
    ]);
    expect(conditionsOf({ when: "x" })).toEqual(["on every stream"]);
  });
});
