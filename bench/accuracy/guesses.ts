import { type Clause, sayClause } from "../../src/alerts/mod.ts";
import { happenings, type LabelledClip } from "../lib/labelled-clips.ts";
import type { Narration } from "../lib/narrate-clip.ts";
import { randomNumbers } from "../lib/statistics.ts";
import { type ScoredClip, scoreClip } from "./scored-clip.ts";

/** So long it is guessed all in all (s), but each clip no more often than this. */
const GUESSED_S = 4 * 3600;
const MOST_REPEATS = 20;
const SEED = 7;

/** The key that occurs most often; of several, the one that came first. Undefined of nothing. */
export function commonest<T>(values: readonly T[], key: (value: T) => string): T | undefined {
  const counts = new Map<string, { first: T; count: number }>();
  for (const value of values) {
    const name = key(value);
    const known = counts.get(name);
    if (known === undefined) counts.set(name, { first: value, count: 1 });
    else known.count++;
  }
  return [...counts.values()].reduce<{ first: T; count: number } | undefined>(
    (best, one) => (best === undefined || one.count > best.count ? one : best),
    undefined,
  )?.first;
}

/** The commonest clause by verb and place, in the colours that it has most often. */
function commonestClause(clips: readonly LabelledClip[]): Clause | undefined {
  const events = clips.flatMap(happenings);
  const what = commonest(events, ({ verb, place }) => `${verb} ${place}`);
  const same = events.filter(({ verb, place }) => verb === what?.verb && place === what?.place);
  return commonest(same, ({ colour, kind, other }) => JSON.stringify([colour, kind, other]));
}

/**
 * What somebody would score who does not look and says the commonest clause at random moments, as often as things
 * happen. Each clip comes several times, so that the figures are those of the guessing and not of one draw.
 *
 * @param unitSeconds from one thought to the next (s)
 */
export function guessEvents(clips: readonly LabelledClip[], unitSeconds: number): ScoredClip[] {
  const clause = commonestClause(clips);
  const text = clause === undefined ? "" : sayClause(clause);
  const seconds = clips.reduce((sum, clip) => sum + clip.seconds, 0);
  const events = clips.reduce((sum, clip) => sum + clip.events.length, 0);
  const perUnit = (events / seconds) * unitSeconds;
  const random = randomNumbers(SEED);
  const repeats = Math.max(1, Math.min(MOST_REPEATS, Math.round(GUESSED_S / seconds)));
  return Array.from({ length: repeats }, () => clips).flatMap((all) =>
    all.map((clip) => scoreClip(clip, guess(clip, text, perUnit, unitSeconds, random), unitSeconds)),
  );
}

function guess(
  clip: LabelledClip,
  clause: string,
  perUnit: number,
  unitSeconds: number,
  random: () => number,
): Narration {
  const units = Math.floor(clip.seconds / unitSeconds);
  const saidIn = new Array<number>(units).fill(0);
  const count = Math.floor(perUnit * units + random());
  for (let i = 0; i < count; i++) saidIn[Math.floor(random() * units)]! += 1;
  const thoughts = saidIn.map((times, unit) => ({
    sinceS: unit * unitSeconds,
    atS: (unit + 1) * unitSeconds,
    text: new Array<string>(times).fill(clause).join(" , "),
  }));
  return { thoughts, answers: [] };
}
