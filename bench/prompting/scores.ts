import { type Estimate, estimate, type Weights } from "../lib/estimate.ts";
import type { ToldClip } from "./told-clips.ts";

/** A clip, and for each of its units the thought that was told; null: silence. */
export interface Told {
  readonly clip: ToldClip;
  readonly thoughts: readonly (string | null)[];
}

/** How well a policy chose when to speak, and how often it said the same twice. */
export interface SpeakingScores {
  readonly f1: Estimate;
  readonly precision: Estimate;
  readonly recall: Estimate;
  /** Share of the units in which it spoke. */
  readonly spoke: Estimate;
  /** Share of its thoughts that say word for word what an earlier one of the same clip said. */
  readonly verbatim: Estimate;
  /** Share of its thoughts that have most of their words in the order of an earlier one of the same clip. */
  readonly nearly: Estimate;
}

/** Pairs of neighbouring words that two thoughts have in common, of those that either has, from which they are alike. */
const ALIKE = 0.7;

/**
 * Scores of what was told, with 95 % intervals over clips. The first unit of a clip does not count for when it spoke:
 * whether anything is new there, nobody can say.
 */
export function scoreSpeaking(all: readonly Told[]): SpeakingScores {
  const counts = all.map(countsOf);
  const sum = (weights: Weights, of: keyof Counts) =>
    counts.reduce((total, count, clip) => total + weights[clip]! * count[of], 0);
  const ratio = (over: keyof Counts, ...under: readonly (keyof Counts)[]) =>
    estimate(all.length, (weights) => {
      return sum(weights, over) / under.reduce((total, of) => total + sum(weights, of), 0);
    });
  const f1 = estimate(all.length, (weights) => {
    const hits = 2 * sum(weights, "hits");
    return hits / (hits + sum(weights, "missed") + sum(weights, "wrong"));
  });
  return {
    f1,
    precision: ratio("hits", "hits", "wrong"),
    recall: ratio("hits", "hits", "missed"),
    spoke: ratio("spoke", "units"),
    verbatim: ratio("verbatim", "thoughts"),
    nearly: ratio("nearly", "thoughts"),
  };
}

/**
 * The F1 that is expected of speaking at random, by the share of units in which something happens and the share in which
 * it is spoken.
 */
export function chanceF1(happens: number, spoke: number): number {
  return (2 * happens * spoke) / (happens + spoke);
}

interface Counts {
  readonly units: number;
  readonly spoke: number;
  readonly thoughts: number;
  readonly hits: number;
  readonly missed: number;
  readonly wrong: number;
  readonly verbatim: number;
  readonly nearly: number;
}

function countsOf({ clip, thoughts }: Told): Counts {
  const happens = clip.units.map((unit) => unit.happens.length > 0);
  const spoken = thoughts.filter((thought) => thought !== null);
  const count = (of: (unit: number) => boolean) => thoughts.filter((_, unit) => unit > 0 && of(unit)).length;
  const earlier = (alike: (a: string, b: string) => boolean) =>
    spoken.filter((thought, at) => spoken.slice(0, at).some((before) => alike(before, thought))).length;
  return {
    units: thoughts.length - 1,
    spoke: count((unit) => thoughts[unit] !== null),
    thoughts: spoken.length,
    hits: count((unit) => happens[unit]! && thoughts[unit] !== null),
    missed: count((unit) => happens[unit]! && thoughts[unit] === null),
    wrong: count((unit) => !happens[unit]! && thoughts[unit] !== null),
    verbatim: earlier((a, b) => wordsOf(a).join(" ") === wordsOf(b).join(" ")),
    nearly: earlier(areAlike),
  };
}

/** Without times and signs. */
function wordsOf(text: string): string[] {
  return (
    text
      .toLowerCase()
      .replace(/\d+(?::\d\d)+/g, "")
      .match(/[\p{L}\p{N}]+/gu) ?? []
  );
}

function areAlike(a: string, b: string): boolean {
  const [first, second] = [a, b].map((text) => {
    const words = wordsOf(text);
    return new Set(words.length < 2 ? words : words.slice(1).map((word, at) => `${words[at]} ${word}`));
  }) as [Set<string>, Set<string>];
  const common = [...first].filter((pair) => second.has(pair)).length;
  return common >= ALIKE * (first.size + second.size - common);
}
