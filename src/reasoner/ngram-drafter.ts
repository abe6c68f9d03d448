/** Before a phrase's first word. */
const START = -1;
/** A context's counts are halved when they come to this: what is said now counts more than what was said once. */
const FORGET_AT = 256;

interface Followers {
  readonly counts: Map<number, number>;
  total: number;
}

export interface NgramDrafterOptions {
  /** Most words of one draft. */
  readonly words: number;
  /** Share of the times in which a word followed its context, from which on it is drafted. */
  readonly confidence: number;
}

/**
 * Which word followed which two in what was said before, by whomever: drafts how a phrase goes on.
 *
 * Thoughts are templated, so a draft is often right, and several tokens are then verified in one step. It is only
 * ever a guess: a drafted word stays when the model, having seen all before it, chooses the very same one
 * (speculative decoding, arXiv 2211.17192, at temperature 0; drafts looked up instead of modelled).
 */
export class NgramDrafter {
  private readonly drafter = new Map<number, Followers>();
  /** Words drafted, and those of them that the model chose too. */
  readonly counts = { drafted: 0, accepted: 0 };

  /** @param vocabulary number of tokens */
  constructor(
    private readonly vocabulary: number,
    private readonly options: NgramDrafterOptions,
  ) {}

  /** Takes in a finished phrase with the token that closed it; null where none did. */
  learn(words: readonly number[], closing: number | null): void {
    const phrase = closing === null ? words : [...words, closing];
    phrase.forEach((word, i) => {
      this.count(this.key(phrase[i - 2] ?? START, phrase[i - 1] ?? START), word);
    });
  }

  /**
   * How a phrase probably goes on, as far as that is likely enough; never the token that closes it.
   * @param said its words so far
   * @param most words to draft
   * @param closings tokens at which a draft ends
   */
  draft(said: readonly number[], most: number, closings: readonly number[]): number[] {
    const words: number[] = [];
    let [before, last] = [said.at(-2) ?? START, said.at(-1) ?? START];
    while (words.length < Math.min(most, this.options.words)) {
      const next = this.likely(this.key(before, last));
      if (next === null || closings.includes(next)) break;
      words.push(next);
      [before, last] = [last, next];
    }
    return words;
  }

  /** Keeps count of how a draft turned out. */
  verified(drafted: number, accepted: number): void {
    this.counts.drafted += drafted;
    this.counts.accepted += accepted;
  }

  private likely(key: number): number | null {
    const followers = this.drafter.get(key);
    if (followers === undefined) return null;
    let best = -1;
    let most = 0;
    for (const [word, count] of followers.counts) {
      if (count > most) [best, most] = [word, count];
    }
    return most >= this.options.confidence * followers.total ? best : null;
  }

  private count(key: number, word: number): void {
    const followers = this.drafter.get(key) ?? { counts: new Map<number, number>(), total: 0 };
    this.drafter.set(key, followers);
    followers.counts.set(word, (followers.counts.get(word) ?? 0) + 1);
    followers.total++;
    if (followers.total >= FORGET_AT) this.halve(followers);
  }

  private halve(followers: Followers): void {
    followers.total = 0;
    for (const [word, count] of followers.counts) {
      const left = count >> 1;
      if (left === 0) followers.counts.delete(word);
      else followers.counts.set(word, left);
      followers.total += left;
    }
  }

  private key(before: number, last: number): number {
    return (before + 1) * (this.vocabulary + 1) + last + 1;
  }
}
