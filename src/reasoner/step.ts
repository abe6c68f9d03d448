import type { AttentionRow } from "../attention/mod.ts";
import type { KvMemory } from "../cache/mod.ts";

/** A token that a vision tower has made. */
export interface VisualToken {
  /** Its hidden state, `[width]`. */
  readonly x: Float32Array;
  /** What is added to it after the first layers, `[width]` each (DeepStack); empty where a model has none. */
  readonly deep: readonly Float32Array[];
}

/** What one thinker feeds in one step: tokens, and a row for each of them. */
export interface TextStep {
  /** Ids of the vocabulary, or visual tokens. */
  readonly tokens: readonly (number | VisualToken)[];
  readonly rows: readonly AttentionRow[];
  /** Index of the first token behind which logits are wanted; `tokens.length`: behind none. Default 0: behind all. */
  readonly wanted?: number;
}

/**
 * Logits behind every token that was fed, `[vocabulary]` each; empty behind those where none were wanted. They belong to
 * the step and may be written to.
 */
export type StepLogits = readonly Float32Array[];

/** Runs a model on the thread that calls it: one step takes the tokens of any number of thinkers, of any streams. */
export interface StepRunner {
  /** Memory of this thread, in which the caches are. */
  readonly memory: KvMemory;
  /** Runs the steps of several thinkers as one; results are in the order of the steps. */
  run(steps: readonly TextStep[]): Promise<StepLogits[]>;
  /**
   * Makes the memory anew if it has become large and no cache is in it. Must be called between two steps.
   * @returns whether it did; the old memory is then garbage
   */
  trim(): boolean;
}
