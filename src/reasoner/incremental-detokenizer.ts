/** Decodes tokens that come one by one: tells which text the newest of them has added. */
export class IncrementalDetokenizer {
  private text = "";

  /** @param decode turns tokens into text */
  constructor(private readonly decode: (words: readonly number[]) => string) {}

  /**
   * @param words all tokens so far
   * @returns the text that was not there before
   */
  add(words: readonly number[]): string {
    const whole = this.decode(words);
    const delta = whole.slice(this.text.length);
    this.text = whole;
    return delta;
  }
}
