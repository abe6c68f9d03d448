import type { PositionSchemeName } from "../../src/cache/mod.ts";
import type { Sight } from "./dense-reference.ts";

/** Who sees what, at which distance: the streaming policy, said without caches. */

export interface PolicyOptions {
  readonly tokensPerUnit: number;
  readonly unitMs: number;
  readonly visualWindowUnits: number;
  readonly textWindowTokens: number;
  readonly positions: PositionSchemeName;
}

/** A text token of the history, in the order in which it was fed. */
export interface FedToken {
  readonly token: number;
  /** -1: the sink; else the unit that was the newest when it was fed, or a number of its own for a question. */
  readonly group: number;
  readonly position: number;
  /** Unit that it looks from. */
  readonly from: number;
  /** The oldest unit outside the sink that had not been overwritten when it was fed. */
  readonly oldestHeld: number;
  /** Index of the token fed before it by the same thinker and not forgotten; null for the first. */
  readonly before: number | null;
}

/** The visual window of a query that looks from a unit: recent in number and in time; unit 0 is the sink. */
function windowUnits(
  from: number,
  oldestHeld: number,
  times: readonly number[],
  options: PolicyOptions,
): number[] {
  const span = (options.visualWindowUnits + 0.5) * options.unitMs;
  const units: number[] = [];
  for (let unit = Math.max(1, oldestHeld, from - options.visualWindowUnits + 1); unit <= from; unit++) {
    if (times[from]! - times[unit]! <= span) units.push(unit);
  }
  return units;
}

/**
 * What a query from unit `from` sees of the video, at the distances of the position scheme.
 * @param textPosition where a text query stands in its own stream; null for a visual query
 */
export function visualSights(
  from: number,
  oldestHeld: number,
  times: readonly number[],
  options: PolicyOptions,
  textPosition: number | null,
): Sight[] {
  const { tokensPerUnit, unitMs, positions } = options;
  const window = windowUnits(from, oldestHeld, times, options);
  const age = (unit: number) => {
    if (positions === "real-time") return (times[from]! - times[unit]!) / unitMs;
    return (positions === "group" ? (textPosition ?? from) : from) - unit;
  };
  // Of real time and of contiguous numbers, the sink is glued on right before the oldest that is left.
  const glued = positions === "real-time" || positions === "contiguous";
  const sinkDistance = glued && from > 0 ? age(window[0] ?? from) + 1 : age(0);
  const tokensOf = (unit: number, distance: number): Sight[] =>
    Array.from({ length: tokensPerUnit }, (_, i) => ({ key: unit * tokensPerUnit + i, distance }));
  return [...tokensOf(0, sinkDistance), ...window.flatMap((unit) => tokensOf(unit, age(unit)))];
}

/** What a token sees of its thinker's text: the sink, the last whole groups that fit, its own group up to itself. */
export function textSights(index: number, fed: readonly FedToken[], options: PolicyOptions): Sight[] {
  const self = fed[index]!;
  const past: number[] = [];
  for (let i: number | null = index; i !== null; i = fed[i]!.before) past.unshift(i);
  const sink = past.filter((i) => fed[i]!.group === -1);
  const own = past.filter((i) => fed[i]!.group === self.group && self.group !== -1);
  const others = past.filter((i) => fed[i]!.group !== -1 && fed[i]!.group !== self.group);
  const groups = [...new Set(others.map((i) => fed[i]!.group))].reverse();
  const window = [...own];
  let held = 0;
  for (const group of groups) {
    const members = others.filter((i) => fed[i]!.group === group);
    held += members.length;
    if (held > options.textWindowTokens) break;
    window.unshift(...members);
  }
  const oldest = window.length === 0 ? self.position : fed[window[0]!]!.position;
  const sights = window.map((i) => ({ key: i, distance: self.position - fed[i]!.position }));
  for (const i of sink) {
    const distance =
      self.group === -1
        ? self.position - fed[i]!.position
        : self.position - oldest + sink.length - fed[i]!.position;
    sights.push({ key: i, distance });
  }
  return sights;
}
