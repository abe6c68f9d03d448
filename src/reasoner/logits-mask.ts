import type { SpecialTokens } from "../models/mod.ts";

/** Hides the tokens that a thought, a recap or an answer may not say next: their logits become -Infinity. */
export class LogitsMask {
  private readonly never: readonly number[];

  constructor(private readonly special: SpecialTokens) {
    const asks = special.recap === null ? [] : [special.recap];
    this.never = [...special.forbidden, special.narrate, special.question, special.answer, ...asks];
  }

  /**
   * A thought can be skipped with its first token only, and ended only after that.
   * @param skipBias added to the logit of a skip
   * @param tooLarge tokens of numbers that it cannot tell, see RunningNumbers.tooLarge
   */
  thought(logits: Float32Array, first: boolean, skipBias: number, tooLarge: readonly number[] = []): void {
    this.hide(logits, ...this.special.clock, this.special.endAnswer, ...tooLarge);
    this.hide(logits, first ? this.special.endThink : this.special.skip);
    if (first) logits[this.special.skip]! += skipBias;
  }

  /** A recap has at least one word. */
  recap(logits: Float32Array, first: boolean): void {
    this.hide(logits, ...this.special.clock, this.special.endAnswer, this.special.skip);
    if (first) this.hide(logits, this.special.endThink);
  }

  /**
   * An answer has at least one word and is never skipped.
   * @param unseen tokens of times that it cannot be about, see ClockTokens.unseen
   */
  answer(logits: Float32Array, first: boolean, unseen: readonly number[] = []): void {
    this.hide(logits, this.special.skip, this.special.endThink, ...unseen);
    if (first) this.hide(logits, this.special.endAnswer);
  }

  private hide(logits: Float32Array, ...more: number[]): void {
    for (const id of [...this.never, ...more]) logits[id] = Number.NEGATIVE_INFINITY;
  }
}
