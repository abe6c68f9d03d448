import { type Estimate, estimate, type Weights } from "../lib/estimate.ts";
import { TOLERANCE_S } from "../lib/match-claims.ts";

/** What one rule came to in one clip. */
export interface RuleCounts {
  readonly due: number;
  readonly raised: number;
  /** Of what was due: what was raised in time. */
  readonly found: number;
  /** Of what was raised: what was due then. */
  readonly right: number;
  /** From what was due to when it was raised (s), of what was found. */
  readonly delays: readonly number[];
}

/**
 * Compares when a rule was raised with when it should have been. One alert may tell of several that happen at once, so
 * these are not paired one to one: within a second of each other is in time.
 */
export function countRule(due: readonly number[], raised: readonly number[]): RuleCounts {
  const nearest = (to: number, list: readonly number[]) =>
    list.map((each) => each - to).sort((a, b) => Math.abs(a) - Math.abs(b))[0];
  const inTime = (difference: number | undefined): difference is number =>
    difference !== undefined && Math.abs(difference) <= TOLERANCE_S;
  const delays = due.map((atS) => nearest(atS, raised)).filter(inTime);
  const right = raised.filter((atS) => inTime(nearest(atS, due))).length;
  return { due: due.length, raised: raised.length, found: delays.length, right, delays };
}

/** What one rule came to, over all clips. */
export interface RuleScore {
  readonly due: number;
  readonly raised: number;
  readonly precision: Estimate;
  readonly recall: Estimate;
  /** Median and nine tenths of the delays (s); NaN: none. */
  readonly delayMedianS: number;
  readonly delayP90S: number;
}

export function scoreRule(clips: readonly RuleCounts[]): RuleScore {
  const total = (key: "due" | "raised") => clips.reduce((sum, clip) => sum + clip[key], 0);
  const sum = (weights: Weights, key: "due" | "raised" | "found" | "right") =>
    clips.reduce((all, clip, i) => all + weights[i]! * clip[key], 0);
  const share = (part: "found" | "right", of: "due" | "raised") =>
    estimate(clips.length, (weights) => {
      const all = sum(weights, of);
      return all === 0 ? Number.NaN : sum(weights, part) / all;
    });
  const delays = clips.flatMap((clip) => clip.delays).sort((a, b) => a - b);
  const quantile = (q: number) => delays[Math.floor(q * (delays.length - 1))] ?? Number.NaN;
  return {
    ...{ due: total("due"), raised: total("raised") },
    precision: share("right", "raised"),
    recall: share("found", "due"),
    delayMedianS: quantile(0.5),
    delayP90S: quantile(0.9),
  };
}
