/** Whether a unit is spoken about, and why. */
export interface Spoken {
  readonly speak: boolean;
  /** Log-odds of speaking, as the model has them; null when it chose neither word. */
  readonly score: number | null;
  /** What the score has to exceed. */
  readonly bias: number;
}

/** Scores that are remembered. */
const REMEMBERED = 64;
/** With fewer scores than this, or with two groups no further apart than this, there is nothing to tell apart. */
const LEAST_SCORES = 8;
/** Fewer are outliers and no group, such as the first unit, before anything was said. */
const LEAST_GROUP = 3;
const APART = 0.1;
/** Share of the variance that is between two groups, from which they are two. It is 0.64 for one normal distribution. */
const PARTED = 0.7;
/** A score must be higher by this than one whose thought was a repetition. */
const STEP = 0.5;
/** Most units for which a repetition is held against a score. */
const MOST_HELD = 128;
/** After so many silent units it is tried whether there is something to say after all. */
const PATIENCE = 16;

/**
 * Decides whether to speak about a unit. Each model leans its own way: one would always speak, another one never. So a
 * score says little by itself, and the bias that it must exceed is taken from the same stream.
 *
 * Where the newest scores form two groups, the bias parts them (Otsu 1979). Where they form one, the model cannot tell units
 * apart, and the scores are compared with a fixed bias. What comes of it corrects that: a long silence is tried once with a
 * thought, and if that is a new one, scores like its own are enough.
 *
 * A thought that repeats what was said is none ({@link RepetitionGate}). When that happens again and again, scores like
 * its own are passed over for some units, twice as many each time, so that a stream in which nothing happens falls
 * silent. One decision may serve all streams of a model, or each stream has its own.
 */
export class SpeakingDecision {
  private readonly scores: number[] = [];
  private lean: number;
  private units = 0;
  private silent = 0;
  private repetitions = 0;
  /** Score that a repetition has used up, and the unit until which it is. */
  private used = { score: Number.NEGATIVE_INFINITY, until: 0 };
  private last: { readonly score: number; readonly tried: boolean } | null = null;

  /** @param usual the bias as long as nothing is known; a higher one says less */
  constructor(private readonly usual = 0) {
    this.lean = usual;
  }

  /**
   * Decides on a unit. After one that is spoken about, {@link heard} is to be called.
   *
   * @param score log-odds of speaking to silence; ±Infinity when it is only known which was chosen, null when neither was
   */
  decide(score: number | null): Spoken {
    this.units++;
    if (score !== null && Number.isFinite(score)) {
      this.scores.push(score);
      if (this.scores.length > REMEMBERED) this.scores.shift();
    }
    const used = this.units < this.used.until ? this.used.score : Number.NEGATIVE_INFINITY;
    const bias = Math.max(this.base(), used);
    const tried = score !== null && Number.isFinite(score) && score <= bias && this.silent >= PATIENCE;
    const speak = score !== null && (score > bias || tried);
    this.silent = speak ? 0 : this.silent + 1;
    this.last = speak ? { score, tried } : null;
    return { speak, score, bias };
  }

  /**
   * What came of speaking.
   *
   * @param repeated whether the thought was a repetition or empty, and so was not told
   */
  heard(repeated: boolean): void {
    if (this.last === null) return;
    const { score, tried } = this.last;
    this.last = null;
    if (repeated) {
      this.repetitions++;
      const held = Math.min(MOST_HELD, 2 ** (this.repetitions - 1)) - 1;
      this.used = { score: score + STEP, until: this.units + held + 1 };
      this.silent = -held;
      this.lean = this.usual;
      return;
    }
    this.repetitions = 0;
    this.used = { score: Number.NEGATIVE_INFINITY, until: 0 };
    if (tried) this.lean = Math.min(this.lean, score - STEP);
  }

  private base(): number {
    if (this.scores.length < LEAST_SCORES) return this.lean;
    const sorted = [...this.scores].sort((a, b) => a - b);
    const { at, apart, share } = parting(sorted);
    return apart >= APART && share >= PARTED ? at : this.lean;
  }
}

/**
 * What parts scores into the two groups whose means are furthest apart for their sizes.
 *
 * @param sorted ascending
 * @returns `share` of the variance that is between the groups
 */
function parting(sorted: readonly number[]): { at: number; apart: number; share: number } {
  const mean = sorted.reduce((sum, score) => sum + score, 0) / sorted.length;
  const all = sorted.reduce((sum, score) => sum + (score - mean) ** 2, 0);
  let best = { at: mean, apart: 0, share: 0 };
  let below = 0;
  for (const [index, score] of sorted.slice(0, -1).entries()) {
    below += score - mean;
    const [low, high] = [index + 1, sorted.length - index - 1];
    if (Math.min(low, high) < LEAST_GROUP) continue;
    const apart = -below / high - below / low;
    const share = (low * high * apart ** 2) / (sorted.length * all);
    if (share > best.share) best = { at: (score + sorted[index + 1]!) / 2, apart, share };
  }
  return best;
}
