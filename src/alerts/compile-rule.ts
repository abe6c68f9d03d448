import type { ModelInfo } from "../engine/mod.ts";
import { type Condition, describeCondition, type EventPattern, type Pattern } from "./condition.ts";
import { WordsError } from "./errors.ts";
import type { AlertRule } from "./rule-schema.ts";
import { Sayable } from "./sayable.ts";
import { parseRule } from "./words/parse-rule.ts";
import { readWords } from "./words/read-words.ts";

/**
 * How the words of a rule are matched. `words`: against what the model says, for a model that knows few words. `question`:
 * the model itself is asked, because it understands instructions.
 */
export type Matching =
  | { readonly how: "words"; readonly condition: Condition; readonly understood: string }
  | { readonly how: "question"; readonly understood: string };

/** What begins with an event and then holds. */
const HELD_AFTER: Readonly<Record<string, (pattern: EventPattern) => Pattern | null>> = {
  stops: ({ who }) => who && { type: "state", who, posture: "standing" },
  moves: ({ who }) => who && { type: "state", who, posture: "moving" },
  "lights off": () => ({ type: "scene", since: "lights off", until: "lights on" }),
  "lights on": () => ({ type: "scene", since: "lights on", until: "lights off" }),
};

/**
 * Decides how a rule is matched with a model.
 *
 * @throws {WordsError} when the model can never say it, or what its `for` means cannot be told, with examples
 * @example
 * compileRule({ when: "somebody comes in from the left" }, engine.model).understood // "a person enters from the left"
 */
export function compileRule(rule: AlertRule, model: ModelInfo): Matching {
  if (model.language !== undefined) return compileWords(rule, model.language);
  if (model.can.instructions) return { how: "question", understood: rule.when };
  throw new WordsError(
    "The words of this model are not known, and it takes no instructions, so no alert can be matched. Run another model.",
  );
}

function compileWords(rule: AlertRule, language: NonNullable<ModelInfo["language"]>): Matching {
  const sayable = new Sayable(language);
  if (rule.zone !== undefined)
    throw new WordsError(
      'This model cannot tell zones, only sides. Leave out the zone, and say "from the left" or "at the right".',
      "zone",
    );
  const { tokens, unknown } = readWords(rule.when, language.synonyms);
  const kinds = tokens.flatMap((token) => (token.is === "who" ? (token.kinds ?? []) : []));
  const examples = () =>
    ` This model says such as: ${sayable
      .examples(kinds)
      .map((text) => `"${text}"`)
      .join(", ")}.`;
  if (unknown.length > 0) {
    const said = unknown.map((word) => `"${word}"`).join(", ");
    throw new WordsError(
      `${unknown.length === 1 ? `The word ${said} is` : `The words ${said} are`} unknown to this model, so it can never say that.${examples()}`,
    );
  }
  const condition = parsed(() => parseRule(tokens), examples);
  const refusal = sayable.refusal(condition);
  if (refusal !== null) throw new WordsError(`This model can never say that. ${refusal}${examples()}`);
  const held = rule.for === undefined ? requireMoments(condition) : condition.map(heldFor);
  return { how: "words", condition: held, understood: describeCondition(held) };
}

function parsed(parse: () => Condition, examples: () => string): Condition {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof WordsError)) throw error;
    throw new WordsError(`${error.message}${examples()}`, error.key);
  }
}

/** @throws {WordsError} for what has no moment without a duration */
function requireMoments(condition: Condition): Condition {
  for (const pattern of condition)
    if (pattern.type === "absence" && pattern.of.type === "event")
      throw new WordsError(
        "It is not said for how long that must not happen. Say so with `for`, such as for: 10m.",
        "for",
      );
  return condition;
}

/** @throws {WordsError} for what cannot hold */
function heldFor(pattern: Pattern): Pattern {
  if (pattern.type !== "event") return pattern;
  const [verb = "", ...others] = pattern.verbs;
  const isPlain = others.length === 0 && pattern.places === null && pattern.notPlaces.length === 0;
  const held = isPlain ? HELD_AFTER[verb]?.(pattern) : null;
  if (held) return held;
  throw new WordsError(
    `That happens in a moment, so it cannot hold. Leave out \`for\`, or say what holds: "a car is parked", "a person is there", "something is moving", "nobody is there", "no car enters", "the lights are off", "the camera is covered".`,
    "for",
  );
}
