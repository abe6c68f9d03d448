/** Words that come one by one, as text: what the newest of them added to it. */
export class IncrementalDetokenizer {
  private text = "";

  /** @param decode words as text */
  constructor(private readonly decode: (words: readonly number[]) => string) {}

  /** @param words all of them so far */
  add(words: readonly number[]): string {
    const whole = this.decode(words);
    const delta = whole.slice(this.text.length);
    this.text = whole;
    return delta;
  }
}
