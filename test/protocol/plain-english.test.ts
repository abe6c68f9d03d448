import { describe, expect, it } from "vitest";
import { z } from "zod";
import { knownKeys, plainEnglish, unknownKey } from "../../src/protocol/mod.ts";

const schema = z.strictObject({
  name: z.string().min(2).max(3),
  count: z.int().min(1).max(9),
  share: z.number().positive().lt(1).optional(),
  mode: z.enum(["fast", "slow"]).optional(),
  list: z.array(z.boolean()).min(1).optional(),
  group: z.strictObject({ inner: z.string().optional() }).nullable().optional(),
  named: z.record(z.string(), z.strictObject({ url: z.string() })).optional(),
  own: z
    .string()
    .refine(() => false, { error: "Its own words." })
    .optional(),
});

function complaint(value: object): string | undefined {
  const good = { name: "ab", count: 1 };
  return schema.safeParse({ ...good, ...value }, { error: plainEnglish }).error?.issues[0]?.message;
}

describe("what is wrong with a value, in plain English", () => {
  it.each<[object, string]>([
    [{ name: undefined }, "It is missing."],
    [{ name: 5 }, "It must be a text, and is a number."],
    [{ name: null }, "It must be a text, and is empty."],
    [{ name: "a" }, "It must have at least 2 characters."],
    [{ name: "secret" }, "It must have at most 3 characters."],
    [{ count: "1" }, "It must be a number, and is a text."],
    [{ count: 1.5 }, "It must be a whole number."],
    [{ count: 0 }, "It must be at least 1."],
    [{ count: 10 }, "It must be at most 9."],
    [{ share: 0 }, "It must be more than 0."],
    [{ share: 1 }, "It must be less than 1."],
    [{ mode: "quick" }, 'It must be one of "fast", "slow".'],
    [{ list: [] }, "It must have at least 1 entries."],
    [{ list: [1] }, "It must be true or false, and is a number."],
    [{ list: {} }, "It must be a list, and is a group of keys."],
    [{ own: "x" }, "Its own words."],
  ])("%j: %s", (value, words) => {
    expect(complaint(value)).toBe(words);
  });

  it("never repeats a value, which may be a secret", () => {
    for (const name of ["secret", ["secret"], { secret: "secret" }])
      expect(complaint({ name })).not.toContain("secret");
  });
});

describe("a key that does not exist", () => {
  it("is answered with the nearest one, or with all", () => {
    expect(unknownKey("intervall", ["url", "interval"])).toContain('Did you mean "interval"?');
    expect(unknownKey("fsp", ["url", "fps"])).toContain('Did you mean "fps"?');
    expect(unknownKey("frobnicate", ["url", "fps"])).toContain("It may be url, fps.");
    expect(unknownKey("x", ["url"])).toContain("It may be url.");
  });

  it("is looked for in the kind that the value says it is", () => {
    const kinds = z.discriminatedUnion("type", [
      z.strictObject({ type: z.literal("a"), one: z.int() }),
      z.strictObject({ type: z.literal("b"), two: z.int() }).refine(() => true),
    ]);
    const of = z.strictObject({ named: z.record(z.string(), kinds).nullable().optional() });
    const value = { named: { x: { type: "a" }, y: { type: "b" }, z: { type: "c" }, w: null } };
    const known = (name: string) => knownKeys(of, ["named", name], value);
    expect(["x", "y", "z", "w", "v"].map(known)).toEqual([["type", "one"], ["type", "two"], [], [], []]);
    expect(knownKeys(of, ["named", "x"])).toEqual([]);
  });

  it("is looked for where it stands", () => {
    expect(knownKeys(schema, [])).toContain("count");
    expect(knownKeys(schema, ["group"])).toEqual(["inner"]);
    expect(knownKeys(schema, ["named", "door"])).toEqual(["url"]);
    expect(knownKeys(schema, ["name"])).toEqual([]);
    expect(knownKeys(schema, ["nothing", "there"])).toEqual([]);
  });
});
