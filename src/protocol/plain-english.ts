import type { z } from "zod";

/** What a schema expects, as zod calls it, in words. */
const KINDS: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  tuple: "a list",
  object: "a group of keys",
  record: "a group of keys",
};

/**
 * Says in plain English what is wrong with a value. Give it to `safeParse` as `error`; where a schema has a message of
 * its own, that one is kept. A value is never repeated, because it may be a secret.
 *
 * @example
 * schema.safeParse(value, { error: plainEnglish })
 */
export function plainEnglish(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case "invalid_type":
      if (issue.input === undefined) return "It is missing.";
      if (issue.expected === "int" && typeof issue.input === "number") return "It must be a whole number.";
      return `It must be ${KINDS[issue.expected] ?? issue.expected}, and is ${kindOf(issue.input)}.`;
    case "invalid_value":
      return `It must be ${issue.values.length === 1 ? "" : "one of "}${issue.values.map((value) => JSON.stringify(value)).join(", ")}.`;
    case "too_small":
      return `It must ${sizeWords(issue.origin, issue.inclusive === false ? "more than" : "at least", issue.minimum)}.`;
    case "too_big":
      return `It must ${sizeWords(issue.origin, issue.inclusive === false ? "less than" : "at most", issue.maximum)}.`;
    case "invalid_key":
      return issue.issues[0]?.message;
    case "unrecognized_keys":
      return `There is no ${issue.keys.map((key) => JSON.stringify(key)).join(" and no ")} here.`;
    default:
      return undefined;
  }
}

/** What to say of a key that does not exist: with the one that was probably meant, else with all that do. */
export function unknownKey(key: string, known: readonly string[]): string {
  const near = nearest(key, known);
  const hint = near === null ? `It may be ${known.join(", ")}.` : `Did you mean "${near}"?`;
  return `There is no key ${JSON.stringify(key.slice(0, 64))} here. ${hint}`;
}

/** The word that differs in the fewest letters, unless that is more than a third of them. */
function nearest(word: string, words: readonly string[]): string | null {
  const most = Math.max(1, Math.floor(word.length / 3));
  const [best] = words
    .map((each) => ({ each, distance: distance(word, each) }))
    .filter(({ distance }) => distance <= most)
    .sort((a, b) => a.distance - b.distance);
  return best?.each ?? null;
}

/** How many letters have to be added, left out, changed or swapped with the next to make one word the other. */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swapped = isSwapped ? before[j - 2]! + 1 : changed;
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, changed, swapped));
    }
    [before, row] = [row, next];
  }
  return row[b.length]!;
}

function sizeWords(origin: string, how: string, size: number | bigint): string {
  if (origin === "string") return `have ${how} ${size} characters`;
  if (origin === "array") return `have ${how} ${size} entries`;
  return `be ${how} ${size}`;
}

function kindOf(value: unknown): string {
  if (value === null) return "empty";
  if (Array.isArray(value)) return "a list";
  return KINDS[typeof value] ?? typeof value;
}
