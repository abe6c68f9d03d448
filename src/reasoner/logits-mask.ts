import type { SpecialTokens } from "../models/mod.ts";

/** What a thought or an answer may say next. */
export class LogitsMask {
  private readonly never: readonly number[];

  constructor(private readonly special: SpecialTokens) {
    const asks = special.recap === null ? [] : [special.recap];
    this.never = [...special.forbidden, special.narrate, special.question, special.answer, ...asks];
  }

  /** A thought may be skipped at its first token only, and ended after it. `skipBias` is added to the skip's logit. */
  thought(logits: Float32Array, first: boolean, skipBias: number): void {
    this.hide(logits, ...this.special.clock, this.special.endAnswer);
    this.hide(logits, first ? this.special.endThink : this.special.skip);
    if (first) logits[this.special.skip]! += skipBias;
  }

  /** A recap says at least one word. */
  recap(logits: Float32Array, first: boolean): void {
    this.hide(logits, ...this.special.clock, this.special.endAnswer, this.special.skip);
    if (first) this.hide(logits, this.special.endThink);
  }

  /**
   * An answer says at least one word, and never skips.
   * @param unseen times that it cannot tell of, see {@link ClockTokens.unseen}
   */
  answer(logits: Float32Array, first: boolean, unseen: readonly number[] = []): void {
    this.hide(logits, this.special.skip, this.special.endThink, ...unseen);
    if (first) this.hide(logits, this.special.endAnswer);
  }

  private hide(logits: Float32Array, ...more: number[]): void {
    for (const id of [...this.never, ...more]) logits[id] = Number.NEGATIVE_INFINITY;
  }
}
