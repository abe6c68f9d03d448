/** Units about which nothing was said, in their order: when they ended, by media time. */
export interface Units {
  readonly count: number;
  /** Media time at which the first of them ended (ms). */
  readonly firstMs: number;
  /** From one end to the next (ms). */
  readonly stepMs: number;
}

/** Between which media times (ms) units are to be found, and how many there are at most. */
export interface UnitsBetween {
  readonly fromMs: number;
  readonly toMs: number;
  readonly most: number;
  /** How long a unit is there. */
  readonly stepMs: number;
}

/** The units that end behind `fromMs`, up to `toMs`. */
export function unitsAfter({ fromMs, toMs, most, stepMs }: UnitsBetween): Units {
  const count = countOf((toMs - fromMs) / stepMs, most);
  return { count, firstMs: fromMs + stepMs, stepMs };
}

/** The units of which the last one ends at `toMs`, and none before `fromMs`. */
export function unitsUpTo({ fromMs, toMs, most, stepMs }: UnitsBetween): Units {
  const count = countOf((toMs - fromMs) / stepMs + 1, most);
  return { count, firstMs: toMs - (count - 1) * stepMs, stepMs };
}

/** So many units behind `fromMs`, the last of which ends at `toMs`. */
export function unitsBetween(fromMs: number, toMs: number, count: number): Units {
  const stepMs = (toMs - fromMs) / count;
  return { count: countOf(count, Number.POSITIVE_INFINITY), firstMs: fromMs + stepMs, stepMs };
}

/** When a unit ends (ms). */
export function endOf({ firstMs, stepMs }: Units, index: number): number {
  return firstMs + index * stepMs;
}

/** The first index from `from` on for which something holds that holds for all after it, too; `count`: for none. */
export function firstIndex(from: number, count: number, holds: (index: number) => boolean): number {
  let [low, high] = [from, count];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** A rounding error does not cost a unit. */
function countOf(fits: number, most: number): number {
  return Math.max(0, Math.min(most, Math.floor(fits + 1e-6)));
}
