/** What was asked before, to be asked once more: back and forth through it, as in a terminal. */
export class Recall {
  private readonly asked: string[] = [];
  /** Where one is in it; its length: at what one is writing. */
  private at = 0;
  private draft = "";

  /** Remembers a question. One that is asked once more is the newest. */
  add(question: string): void {
    const before = this.asked.indexOf(question);
    if (before >= 0) this.asked.splice(before, 1);
    this.asked.push(question);
    this.at = this.asked.length;
  }

  /** @param now what stands in the box; null is returned where there is nothing older */
  older(now: string): string | null {
    if (this.at === 0) return null;
    if (this.at === this.asked.length) this.draft = now;
    return this.asked[--this.at]!;
  }

  /** What is newer; at the end what one was writing; null: one is there already. */
  newer(): string | null {
    if (this.at === this.asked.length) return null;
    return ++this.at === this.asked.length ? this.draft : this.asked[this.at]!;
  }
}
