/**
 * Most tokens of a prompt or of a unit that are prefilled in one step. With more, others wait longer for their next token;
 * with fewer, each costs more, because a step reads all weights and all keys once (docs/benchmarks/checkpoints.md).
 */
export const PREFILL_TOKENS = 32;

/**
 * Most tokens of a step of a published checkpoint: two chunks. A row of such a model costs as much as a whole step of a
 * small one.
 */
export const CHECKPOINT_STEP_TOKENS = 2 * PREFILL_TOKENS;

/**
 * How much of what is left to prefill is fed in the next step: parts of equal length, in as few steps as possible. A short
 * rest would cost nearly as much as a whole chunk.
 *
 * @param left tokens that are left, at least 1
 * @param most tokens in one step
 * @example
 * prefillChunk(49, 32); // 25, and then 24
 */
export function prefillChunk(left: number, most: number): number {
  return left <= most ? left : Math.ceil(left / Math.ceil(left / most));
}
