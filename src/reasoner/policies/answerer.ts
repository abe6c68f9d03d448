import type { UnitPlace } from "../../cache/mod.ts";
import type { SpecialTokens } from "../../models/mod.ts";
import type { LogitsMask } from "../logits-mask.ts";
import type { NgramDrafter } from "../ngram-drafter.ts";
import type { Sampler } from "../sampler.ts";
import { type Feed, type Policy, PRIORITY } from "./policy.ts";

export interface AnswererOptions {
  readonly special: SpecialTokens;
  readonly mask: LogitsMask;
  readonly sampler: Sampler;
  /** Most tokens of an answer. */
  readonly answerTokens: number;
  /** Tokens of times that the answer cannot be about, see ClockTokens.unseen. */
  readonly unseen: readonly number[];
  /** Drafts answers; null when they are not chosen greedily. */
  readonly drafter: NgramDrafter | null;
}

export interface AnswererEvents {
  /** A token of the answer is decided; `words` are all of them so far. */
  token(words: readonly number[]): void;
  /** The answer has ended, by itself (`complete`) or because it has used up its tokens. */
  done(words: readonly number[], complete: boolean): void;
}

/** Answers one question, in the context of the narrator's finished thoughts and of the video as it is now. */
export class Answerer implements Policy {
  readonly drafter: NgramDrafter | null;
  private pending: readonly number[] | null;
  private readonly words: number[] = [];

  /**
   * @param from the unit that the question looks from
   * @param question tokens of the question
   */
  constructor(
    readonly from: UnitPlace,
    question: readonly number[],
    private readonly options: AnswererOptions,
    private readonly events: AnswererEvents,
  ) {
    this.drafter = options.drafter;
    this.pending = [options.special.question, ...question, options.special.answer];
  }

  get priority(): number {
    return this.words.length === 0 ? PRIORITY.question : PRIORITY.answer;
  }

  /** Tokens of the answer so far. */
  get said(): readonly number[] {
    return this.words;
  }

  next(): Feed | null {
    return this.pending === null ? null : { tokens: this.pending, from: this.from };
  }

  begin(): void {}

  draft(drafter: NgramDrafter, most: number): readonly number[] {
    const { special, answerTokens } = this.options;
    const left = Math.min(most, answerTokens - this.words.length);
    return this.words.length === 0 ? [] : drafter.draft(this.words, left, [special.endAnswer]);
  }

  decide(logits: Float32Array): number | null {
    const { special, mask, sampler, answerTokens, unseen } = this.options;
    mask.answer(logits, this.words.length === 0, unseen);
    const token = sampler.choose(logits);
    const complete = token === special.endAnswer;
    if (complete || this.words.length >= answerTokens) {
      this.pending = null;
      this.drafter?.learn(this.words, complete ? token : null);
      this.events.done(this.words, complete);
      return null;
    }
    this.words.push(token);
    this.pending = [token];
    this.events.token(this.words);
    return token;
  }
}
