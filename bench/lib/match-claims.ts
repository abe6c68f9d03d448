/** Something at a time: what was said, or what happened. */
export interface Timed {
  /** s */
  readonly atS: number;
}

export interface Pair<S extends Timed, H extends Timed> {
  readonly said: S;
  readonly happened: H;
  /** How far apart in time (s). */
  readonly errorS: number;
}

/** Something counts as told when it is said within so long of it (s). */
export const TOLERANCE_S = 1;

/**
 * Pairs what was said with what happened, one to one, the nearest first.
 *
 * @param fits whether the one tells of the other, whenever
 * @param closeness breaks ties of time: the higher goes first
 * @param timeOf when what was said is held to be of (s)
 */
export function matchClaims<S extends Timed, H extends Timed>(
  said: readonly S[],
  happened: readonly H[],
  fits: (said: S, happened: H) => boolean,
  closeness: (said: S, happened: H) => number = () => 0,
  timeOf: (said: S) => number = ({ atS }) => atS,
): Pair<S, H>[] {
  const candidates: (Pair<S, H> & { close: number })[] = [];
  const inTime = near(happened);
  for (const one of said)
    for (const other of inTime(timeOf(one))) {
      if (!fits(one, other)) continue;
      const errorS = Math.abs(timeOf(one) - other.atS);
      candidates.push({ said: one, happened: other, errorS, close: closeness(one, other) });
    }
  candidates.sort((a, b) => a.errorS - b.errorS || b.close - a.close);
  const [usedSaid, usedHappened] = [new Set<S>(), new Set<H>()];
  return candidates.filter((pair) => {
    if (usedSaid.has(pair.said) || usedHappened.has(pair.happened)) return false;
    usedSaid.add(pair.said);
    usedHappened.add(pair.happened);
    return true;
  });
}

/** Finds what is no more than the tolerance away from a time (s), in order of time: of hours only that is looked at. */
export function near<T extends Timed>(list: readonly T[]): (atS: number) => T[] {
  const sorted = [...list].sort((a, b) => a.atS - b.atS);
  const firstFrom = (atS: number) => {
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sorted[middle]!.atS < atS) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return (atS) => {
    const found: T[] = [];
    for (let i = firstFrom(atS - TOLERANCE_S); i < sorted.length && sorted[i]!.atS <= atS + TOLERANCE_S; i++)
      found.push(sorted[i]!);
    return found;
  };
}
