const BEGINS = /^\s*<think(?:ing)?>/u;
const MAY_BEGIN = /^\s*(?:<(?:t(?:h(?:i(?:n(?:k(?:i(?:n(?:g)?)?)?)?)?)?)?)?)?$/u;
const ENDS = /<\/think(?:ing)?>/u;

/**
 * Leaves out what a model reasons to itself before it speaks: one or more `<think>…</think>` at the beginning of its
 * text, and the white space after them.
 */
export class HiddenReasoning {
  private held: string | null = "";

  /** @returns what of the text is not hidden */
  push(delta: string): string {
    if (this.held === null) return delta;
    this.held += delta;
    while (BEGINS.test(this.held)) {
      const end = ENDS.exec(this.held);
      if (end === null) return "";
      this.held = this.held.slice(end.index + end[0].length);
    }
    if (MAY_BEGIN.test(this.held)) return "";
    return this.release();
  }

  /** @returns the rest; empty when the text ended inside of hidden reasoning */
  end(): string {
    return this.held === null || BEGINS.test(this.held) ? "" : this.release();
  }

  private release(): string {
    const text = (this.held ?? "").trimStart();
    this.held = null;
    return text;
  }
}
