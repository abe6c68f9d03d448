/** Where the clauses of a thought end, so that what is cut off does not end in the middle of a phrase. */
export class Clauses {
  /** @param separator token between two clauses; null for a model whose thoughts have none */
  constructor(private readonly separator: number | null) {}

  /** The words that are surely said: the clauses that a separator has ended. Without clauses, all words. */
  ended(words: readonly number[]): readonly number[] {
    if (this.separator === null) return words;
    return words.slice(0, Math.max(0, words.lastIndexOf(this.separator)));
  }

  /**
   * What stays of a thought whose budget is used up: its whole clauses. Without clauses, all words.
   * @param next the token for which there is no room
   */
  whole(words: readonly number[], next: number): readonly number[] {
    return next === this.separator ? words : this.ended(words);
  }
}
