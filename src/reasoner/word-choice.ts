import { type CheckpointCodec, ModelError } from "../models/mod.ts";
import type { SpeakingChoices } from "../prompting/mod.ts";

/**
 * How much more a model would rather say one word than another, by the logits of the tokens with which each may begin. A
 * token that begins both counts for neither.
 */
export class WordChoice {
  private readonly speak: readonly number[];
  private readonly silent: readonly number[];

  /** @throws {ModelError} `token_missing` when no token tells the words apart */
  constructor(codec: CheckpointCodec, { speak, silent }: SpeakingChoices) {
    const [first, second] = [codec.beginnings(speak), codec.beginnings(silent)];
    this.speak = [...first].filter((id) => !second.has(id));
    this.silent = [...second].filter((id) => !first.has(id));
    if (this.speak.length > 0 && this.silent.length > 0) return;
    const message = `No token of the checkpoint's tokenizer tells the words "${speak}" and "${silent}" apart, by which the model decides whether to speak. Use another checkpoint.`;
    throw new ModelError("token_missing", message);
  }

  /**
   * Log-odds of the first word against the second.
   * @param logits `[vocabulary]`
   */
  score(logits: Float32Array): number {
    return logSum(logits, this.speak) - logSum(logits, this.silent);
  }
}

/** Logarithm of the sum of the exponentials of some logits. */
function logSum(logits: Float32Array, ids: readonly number[]): number {
  const most = Math.max(...ids.map((id) => logits[id]!));
  return most + Math.log(ids.reduce((sum, id) => sum + Math.exp(logits[id]! - most), 0));
}
