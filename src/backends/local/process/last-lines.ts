/** Most of what is kept (characters). */
const MOST = 2000;

/** The end of what a process has said. */
export class LastLines {
  private text = "";

  add(text: string): void {
    this.text = (this.text + text).slice(-MOST);
  }

  /** As a sentence for the end of an error's message; empty when nothing was said. */
  get sentence(): string {
    const text = this.text.trim();
    return text === "" ? "" : ` Its last words: ${text}`;
  }
}
