/** Values of several runs of the same thing. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly runs: number;
}

/** Percentiles and mean of a sample; NaN where it is empty. */
export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
  readonly mean: number;
  readonly samples: number;
}

const ascending = (values: readonly number[]) => [...values].sort((a, b) => a - b);

const rank = (sorted: readonly number[], share: number) =>
  sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;

/** The value that `share` (0 to 1) of all are not above, by the nearest-rank rule; NaN of nothing. */
export function percentile(values: readonly number[], share: number): number {
  return rank(ascending(values), share);
}

/** The middle value, or the mean of the two in the middle; NaN of nothing. */
export function median(values: readonly number[]): number {
  const sorted = ascending(values);
  const half = sorted.length / 2;
  if (sorted.length % 2 === 1) return sorted[Math.floor(half)]!;
  return (sorted[half - 1]! + sorted[half]!) / 2;
}

/** NaN of nothing. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

export function percentiles(values: readonly number[]): Percentiles {
  const sorted = ascending(values);
  return {
    p50: rank(sorted, 0.5),
    p95: rank(sorted, 0.95),
    p99: rank(sorted, 0.99),
    max: rank(sorted, 1),
    mean: mean(sorted),
    samples: sorted.length,
  };
}

/** Median, least and greatest of the runs; runs without a value (NaN) are left out. */
export function spread(values: readonly number[]): Spread {
  const sorted = ascending(values.filter((value) => !Number.isNaN(value)));
  return { median: median(sorted), min: rank(sorted, 0), max: rank(sorted, 1), runs: sorted.length };
}

/**
 * The ratio `a / b`, run by run: each pair was measured side by side in time, so what the machine did meanwhile is in
 * both and cancels out.
 */
export function pairedRatios(a: readonly number[], b: readonly number[]): Spread {
  if (a.length !== b.length) throw new RangeError(`${a.length} runs cannot be paired with ${b.length}.`);
  return spread(a.map((value, run) => value / b[run]!));
}

/** Whether a cell of figures is a {@link Spread}. */
export function isSpread(value: unknown): value is Spread {
  return typeof value === "object" && value !== null && "median" in value && "runs" in value;
}

/** Numbers from 0 to 1 (without it) that only depend on the seed (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
