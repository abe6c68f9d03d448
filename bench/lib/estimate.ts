import { randomNumbers } from "./statistics.ts";

/** A figure and its 95 % interval; NaN where there is no value. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** How often each member of a sample is counted. */
export type Weights = readonly number[];

const ROUNDS = 1000;
const SEED = 20_240_601;

/**
 * A statistic of a sample of clips, with the percentile interval of a bootstrap over clips (Efron and Tibshirani 1993,
 * chapter 13): what is said of one clip hangs together, so clips are drawn, not events. The draws are the same for the
 * same number of clips, so the same figures give the same interval. One clip alone has none.
 *
 * @param statistic of the sample in which each clip counts as often as its weight says; NaN where it has no value
 * @param rounds draws of the bootstrap; 0: no interval
 */
export function estimate(
  clips: number,
  statistic: (weights: Weights) => number,
  rounds: number = ROUNDS,
): Estimate {
  const value = statistic(new Array<number>(clips).fill(1));
  if (clips < 2 || rounds === 0) return { value, low: Number.NaN, high: Number.NaN };
  const random = randomNumbers(SEED);
  const drawn: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const weights = new Array<number>(clips).fill(0);
    for (let i = 0; i < clips; i++) weights[Math.floor(random() * clips)]! += 1;
    drawn.push(statistic(weights));
  }
  const sorted = drawn.filter((one) => !Number.isNaN(one)).sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] ?? Number.NaN;
  return { value, low: at(0.025), high: at(0.975) };
}

/** A value among others, and whose it is. */
export interface Owned {
  readonly value: number;
  /** Place of its clip in the weights. */
  readonly clip: number;
}

/** The value that `share` (0 to 1) of the weighted ones are not above (nearest rank). @param sorted ascending */
export function weightedQuantile(sorted: readonly Owned[], weights: Weights, share: number): number {
  const total = sorted.reduce((sum, { clip }) => sum + weights[clip]!, 0);
  const rank = Math.max(1, Math.ceil(share * total));
  let passed = 0;
  for (const { value, clip } of sorted) {
    passed += weights[clip]!;
    if (passed >= rank) return value;
  }
  return Number.NaN;
}

/** Whether a cell or a point is an {@link Estimate}. */
export function isEstimate(value: unknown): value is Estimate {
  return typeof value === "object" && value !== null && "value" in value && "low" in value && "high" in value;
}
