import { NO_VERB, VERBS } from "../../src/alerts/mod.ts";
import { type Estimate, estimate, type Owned, type Weights, weightedQuantile } from "../lib/estimate.ts";
import type { Happening } from "../lib/labelled-clips.ts";
import type { Claim, Match, ScoredClip } from "./scored-clip.ts";

/** How much of what happened was told, and how much of what was told happened. */
export interface Told {
  readonly f1: Estimate;
  readonly precision: Estimate;
  readonly recall: Estimate;
}

/** What was counted of one clip. */
interface Counts {
  readonly hits: number;
  readonly said: number;
  readonly happened: number;
}

export interface VerbScores {
  readonly verb: string;
  readonly happened: number;
  readonly said: number;
  /** By verb and place. */
  readonly told: Told;
  /** With the colours, too. */
  readonly inColour: Told;
}

/** How far half and nine tenths of the found events go. */
export interface Spread {
  readonly median: Estimate;
  readonly p90: Estimate;
}

export interface EventScores {
  readonly happened: number;
  readonly said: number;
  /** Of what was said: clauses that are not in the grammar. They count as said for nothing. */
  readonly noClause: number;
  readonly told: Told;
  readonly inColour: Told;
  /** The same two by the time that a clause is dated to: the middle of its unit. */
  readonly dated: Told;
  readonly datedInColour: Told;
  /** Between when a found event happened and when it is said to have (s). */
  readonly timing: Spread;
  /** From a found event to when it is told (s); negative where it is told before. */
  readonly delay: Spread;
  /** Units more than a second away from every event in which something was said, a minute of such units. */
  readonly falsePerQuietMinute: Estimate;
  readonly quietMinutes: number;
}

type WhichMatches = (clip: ScoredClip) => readonly Match[];

const plainly: WhichMatches = ({ matches }) => matches;
const inColours: WhichMatches = ({ colourMatches }) => colourMatches;
const asDated: WhichMatches = ({ datedMatches }) => datedMatches;
const asDatedInColours: WhichMatches = ({ datedColourMatches }) => datedColourMatches;

const sum = (weights: Weights, values: readonly number[]) =>
  values.reduce((total, value, i) => total + value * weights[i]!, 0);

/** 0 where nothing was found; NaN where there was nothing to find. */
function told(counts: readonly Counts[], rounds?: number): Told {
  const [hits, said, happened] = (["hits", "said", "happened"] as const).map((key) =>
    counts.map((count) => count[key]),
  ) as [number[], number[], number[]];
  const share = (of: readonly (readonly number[])[], times = 1) =>
    estimate(
      counts.length,
      (weights) => {
        const all = of.reduce((total, values) => total + sum(weights, values), 0);
        return all === 0 ? Number.NaN : (times * sum(weights, hits)) / all;
      },
      rounds,
    );
  return { f1: share([said, happened], 2), precision: share([said]), recall: share([happened]) };
}

/** @param of whether an event or a claim is looked at */
function countsOf(
  clips: readonly ScoredClip[],
  matches: WhichMatches,
  of: (one: Claim | Happening) => boolean = () => true,
): Counts[] {
  return clips.map((clip) => ({
    hits: matches(clip).filter(({ happened }) => of(happened)).length,
    said: clip.claims.filter(of).length,
    happened: clip.happened.filter(of).length,
  }));
}

/** F1 of the events and claims from one time to another (s). */
export function f1Within(
  clips: readonly ScoredClip[],
  from: (clip: ScoredClip) => [number, number],
): Estimate {
  const counts = clips.map((clip) => {
    const [start, end] = from(clip);
    const within = ({ atS }: { readonly atS: number }) => atS >= start && atS < end;
    return {
      hits: clip.matches.filter(({ happened }) => within(happened)).length,
      said: clip.claims.filter(within).length,
      happened: clip.happened.filter(within).length,
    };
  });
  return told(counts).f1;
}

/** How well events were told, over some clips. @param rounds of the bootstrap; 0: no intervals */
export function scoreEvents(clips: readonly ScoredClip[], rounds?: number): EventScores {
  const total = (of: (clip: ScoredClip) => number) => clips.reduce((all, clip) => all + of(clip), 0);
  const spread = (of: (match: Match) => number): Spread => {
    const values: Owned[] = clips
      .flatMap(({ matches }, clip) => matches.map((match) => ({ value: of(match), clip })))
      .sort((a, b) => a.value - b.value);
    const quantile = (share: number) =>
      estimate(clips.length, (weights) => weightedQuantile(values, weights, share), rounds);
    return { median: quantile(0.5), p90: quantile(0.9) };
  };
  const [spoken, quiet] = [clips.map((one) => one.quiet.spoken), clips.map((one) => one.quiet.seconds / 60)];
  return {
    happened: total(({ happened }) => happened.length),
    said: total(({ claims }) => claims.length),
    noClause: total(({ claims }) => claims.filter(({ verb }) => verb === NO_VERB).length),
    told: told(countsOf(clips, plainly), rounds),
    inColour: told(countsOf(clips, inColours), rounds),
    dated: told(countsOf(clips, asDated), rounds),
    datedInColour: told(countsOf(clips, asDatedInColours), rounds),
    timing: spread(({ said, happened }) => Math.abs(said.onS - happened.atS)),
    delay: spread(({ said, happened }) => said.atS - happened.atS),
    falsePerQuietMinute: estimate(
      clips.length,
      (weights) => {
        const minutes = sum(weights, quiet);
        return minutes === 0 ? Number.NaN : sum(weights, spoken) / minutes;
      },
      rounds,
    ),
    quietMinutes: total((one) => one.quiet.seconds / 60),
  };
}

/** The same for each verb that happened or was said, in the grammar's order; unknown ones last. */
export function scoreVerbs(clips: readonly ScoredClip[]): VerbScores[] {
  const used = new Set(
    clips.flatMap(({ claims, happened }) => [...claims, ...happened].map(({ verb }) => verb)),
  );
  const unknown = [...used].filter((verb) => !VERBS.includes(verb)).sort();
  return [...VERBS.filter((verb) => used.has(verb)), ...unknown].map((verb) => {
    const of = (one: { readonly verb: string }) => one.verb === verb;
    const counts = countsOf(clips, plainly, of);
    return {
      verb,
      happened: counts.reduce((all, { happened }) => all + happened, 0),
      said: counts.reduce((all, { said }) => all + said, 0),
      told: told(counts),
      inColour: told(countsOf(clips, inColours, of)),
    };
  });
}

/** Which colour was said of which, among found events. A row for each true colour. */
export interface ColourConfusion {
  readonly colours: readonly string[];
  readonly cells: readonly (readonly number[])[];
}

export function confuseColours(clips: readonly ScoredClip[]): ColourConfusion {
  const pairs = clips.flatMap(({ matches }) =>
    matches.flatMap(({ said, happened }) =>
      happened.colour === null ? [] : [[happened.colour, said.colour ?? "(none)"] as const],
    ),
  );
  const colours = [...new Set(pairs.flat())].sort();
  const cells = colours.map((truth) =>
    colours.map((said) => pairs.filter(([a, b]) => a === truth && b === said).length),
  );
  return { colours, cells };
}
