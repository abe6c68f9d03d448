import type { UnitPlace } from "../../cache/mod.ts";
import type { SkipReason } from "../../engine/mod.ts";

/** A thought that has ended, as text. */
export interface ToldThought {
  /** The unit that it is about. */
  readonly place: UnitPlace;
  /** `incomplete`: its tokens were used up, and it ends with its last whole clause or word. */
  readonly outcome: "completed" | "incomplete" | "skipped";
  /** Why nothing was said; null when something was. */
  readonly skipReason: SkipReason | null;
  /** All that was told of it. */
  readonly text: string;
  /** Tokens that were generated, that of the decision included; 0 for a unit that took no step. */
  readonly tokens: number;
}

/** Takes the thoughts of a narrator that tells text. */
export interface ToldThoughtEvents {
  /** The first step about a unit begins. Units that take no step are not announced. */
  began(unit: number): void;
  /** The next piece of text of the thought about a unit; never empty. */
  text(unit: number, delta: string): void;
  done(thought: ToldThought): void;
}

/**
 * Why a unit takes no step; null when it does, or has not been seen.
 * @param newest the newest unit that can be looked at
 */
export function reasonToSkip(
  unit: number,
  newest: number,
  isStill: (unit: number) => boolean,
  skipLate: boolean,
): "still" | "late" | null {
  if (newest < unit) return null;
  if (isStill(unit)) return "still";
  return skipLate && newest > unit ? "late" : null;
}
