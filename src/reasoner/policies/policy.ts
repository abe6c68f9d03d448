import type { UnitPlace } from "../../cache/mod.ts";
import type { NgramDrafter } from "../ngram-drafter.ts";

/**
 * Priorities in a step, see Scheduler. Narrators come first: they keep their streams live, and they feed a token or two
 * at a time, so hardly anybody waits because of them. Then come answers that have begun: a person is reading them,
 * and they feed a token at a time too. Prompts come last, because each feeds many tokens at once: first that of a new
 * question, for which a person waits; then visual tokens, and what a narrator is asked about them.
 */
export const PRIORITY = { narration: 0, answer: 1, question: 2, prefill: 3 } as const;

/** Tokens that must be fed in one step, and the unit that they look from. */
export interface Feed {
  readonly tokens: readonly number[];
  readonly from: UnitPlace;
}

/**
 * Decides what a thinker says: which tokens are fed next, and what the logits behind them mean. A policy knows nothing
 * of memory layouts; how its thinker stands in the caches is the business of a ThinkerContext.
 */
export interface Policy {
  readonly priority: number;
  /** Drafts what it will say; null when nothing is drafted. */
  readonly drafter: NgramDrafter | null;
  /** What must be fed next; null while there is nothing to do. Asking changes nothing. */
  next(): Feed | null;
  /** Called right before what {@link next} says is fed. */
  begin(): void;
  /** A guess at the tokens that follow; at most `most`. */
  draft(drafter: NgramDrafter, most: number): readonly number[];
  /**
   * Takes the logits `[vocabulary]` behind the last token that was fed; may write to them.
   * @returns the token chosen, or null when nothing is to be fed after it now
   */
  decide(logits: Float32Array): number | null;
}
