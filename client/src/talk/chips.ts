import type { ModelInfoObject } from "../../../src/protocol/session-object.ts";

/** Most questions that are offered at once. */
export const MOST_CHIPS = 4;

/** What can be asked of a model that names no questions. */
const GENERAL = ["What is happening?", "What do you see?", "What happened last?", "What has changed?"];

/** Thoughts so far back say what it is about now. */
const RECENT = 8;

/** What a question takes for granted. */
interface Premises {
  /** Stems of words of which something must have been told. */
  readonly words: readonly string[];
  /** It asks of nothing in particular. */
  readonly isGeneral: boolean;
  /** It asks about what was, so something must have been told. */
  readonly isOfThePast: boolean;
}

/** `the last car`, `how many cars`, `any person`: what the question is about. */
const THING =
  /\b(?:the|how many|which|what kind of|any|another|a|an)\s+(?:(?:very|last|first|next|other|same|newest)\s+)*([a-z]+)/g;

/** What a question names without meaning a thing that can be told. */
const NO_THING = new Set([
  "thing",
  "time",
  "way",
  "colour",
  "color",
  "direction",
  "scene",
  "video",
  "picture",
]);

const PAST = /\b(?:did|was|were|has|have|had|last|first|\w{3,}ed)\b/;

/** One can say more to these than yes or no. */
const OPEN = /^what\b/i;

/** These ask for the cause or the time of a deed, which must have been told. */
const OF_A_DEED = /^(?:why|how long)\b/;

const NO_DEED = new Set(
  "why how long ago did does do is are was were has have had been being the a an last first there here it he she they so".split(
    " ",
  ),
);

/**
 * Questions to offer, at most four: those that the model was trained to answer, or general ones, and only of what was told
 * so far. Those that fit best to what was told last come first, what was asked already last, and one of them asks of
 * nothing in particular.
 *
 * @param told texts of thoughts, the newest last
 * @param asked questions that were asked already
 */
export function chipsFor(
  model: Pick<ModelInfoObject, "example_questions">,
  told: readonly string[],
  asked: readonly string[],
): string[] {
  const all = model.example_questions.length > 0 ? model.example_questions : GENERAL;
  const known = stemsOf(told);
  const recent = stemsOf(told.slice(-RECENT));
  const possible = all
    .map((question) => ({ question, premises: premisesOf(question) }))
    .filter(
      ({ premises }) =>
        (told.length > 0 || !premises.isOfThePast) && premises.words.every((word) => known.has(word)),
    )
    .map(({ question, premises: { words, isGeneral } }) => ({
      question,
      isGeneral,
      timesAsked: asked.filter((each) => each === question).length,
      fit: isGeneral ? Number(OPEN.test(question)) : words.filter((word) => recent.has(word)).length,
    }))
    .sort((a, b) => a.timesAsked - b.timesAsked || b.fit - a.fit);
  const [general, ...otherGeneral] = possible.filter(({ isGeneral }) => isGeneral);
  const chosen = [...possible.filter(({ isGeneral }) => !isGeneral), ...otherGeneral];
  return [...chosen.slice(0, general ? MOST_CHIPS - 1 : MOST_CHIPS), ...(general ? [general] : [])].map(
    ({ question }) => question,
  );
}

/** The same questions, with those that were there already in their places. */
export function keepPlaces(before: readonly string[], after: readonly string[]): string[] {
  const fresh = after.filter((each) => !before.includes(each));
  const kept = before.slice(0, after.length).map((each) => (after.includes(each) ? each : fresh.shift()));
  const placed = kept.filter((each) => each !== undefined);
  return [...placed, ...after.filter((each) => !placed.includes(each))];
}

function premisesOf(question: string): Premises {
  const text = question.toLowerCase();
  const named = [...text.matchAll(THING)].map((match) => match[1]!);
  const things = named.filter((word) => !NO_THING.has(word));
  const deeds = OF_A_DEED.test(text) ? wordsOf(text).filter((word) => !NO_DEED.has(word)) : [];
  const words = [...new Set([...things, ...deeds].map(stem))];
  return { words, isGeneral: named.length === 0 && words.length === 0, isOfThePast: PAST.test(text) };
}

function stemsOf(texts: readonly string[]): Set<string> {
  return new Set(texts.flatMap(wordsOf).map(stem));
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/\p{L}+/gu) ?? [];
}

/** One form of a word for its plural and its tenses, good enough to compare words of one model. */
function stem(word: string): string {
  const bare = word.replace(/(?:ing|ed|es|s|e)$/, "");
  return bare.length < 3 ? word : bare.replace(/([^aeiou])\1$/, "$1");
}
