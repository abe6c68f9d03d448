import type { NumberTokens } from "../models/mod.ts";

/**
 * Counts what one narrator tells, so that the running number of a clause is never larger than the number of clauses of
 * its kind that have been told. `a red car leaves at the left #6` cannot follow four cars that were told to leave.
 *
 * The counts outlive the windows of the caches, and hold however the model was trained.
 */
export class RunningNumbers {
  /** Number of clauses told, by {@link series}. */
  private readonly told = new Map<string, number>();

  /**
   * @param tokens null: the model writes no running numbers, and nothing is counted
   * @param separator token between two clauses; null: a thought is one clause
   * @param before how many of a kind had been told at most before this narrator began
   */
  constructor(
    private readonly tokens: NumberTokens | null,
    private readonly separator: number | null,
    private readonly before = 0,
  ) {}

  /**
   * Tokens of the numbers that must not come next: those that are too large and, in a clause of which nothing is
   * counted, all.
   * @param words those of the thought so far
   */
  tooLarge(words: readonly number[]): readonly number[] {
    if (this.tokens === null) return [];
    const clauses = this.clauses(words).map((clause) => this.series(clause));
    const current = clauses.at(-1) ?? null;
    if (current === null) return this.tokens.numbers;
    const here = clauses.filter((series) => series === current).length;
    return this.tokens.numbers.slice(this.before + (this.told.get(current) ?? 0) + here);
  }

  /** Counts a thought that has ended. */
  count(words: readonly number[]): void {
    if (this.tokens === null) return;
    for (const clause of this.clauses(words)) {
      const series = this.series(clause);
      if (series !== null) this.told.set(series, (this.told.get(series) ?? 0) + 1);
    }
  }

  /** What is counted together with a clause: its kind and its list of verbs. Null if it is not counted. */
  private series(clause: readonly number[]): string | null {
    const { kinds, verbs } = this.tokens!;
    const kind = clause.find((word) => kinds.includes(word));
    const list = verbs.findIndex((each) => clause.some((word) => each.includes(word)));
    return kind === undefined || list === -1 ? null : `${list} ${kind}`;
  }

  private clauses(words: readonly number[]): number[][] {
    const clauses: number[][] = [[]];
    for (const word of words) {
      if (word === this.separator) clauses.push([]);
      else clauses.at(-1)!.push(word);
    }
    return clauses;
  }
}
