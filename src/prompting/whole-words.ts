/** Up to the last place where a word surely ends: behind white space, or behind a character that is a word by itself. */
const WHOLE = /^.*[\s\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}。！？、，]/su;
/** A word that is longer is told in pieces. */
const LONGEST = 40;

/** Tells a text word by word, while it comes in pieces that may end anywhere. */
export class WholeWords {
  private held = "";
  private told = false;

  /** @returns the words that are whole now */
  push(delta: string): string {
    this.held += delta;
    const whole = this.held.length > LONGEST ? this.held : (WHOLE.exec(this.held)?.[0] ?? "");
    this.held = this.held.slice(whole.length);
    this.told ||= whole.trim() !== "";
    return whole;
  }

  /**
   * @param cut whether the text was cut off, so that its last word may be half a word. It is told only if it is the
   *   only one.
   * @returns the rest
   */
  end(cut: boolean): string {
    const rest = cut && this.told ? "" : this.held;
    this.held = "";
    return rest;
  }
}
