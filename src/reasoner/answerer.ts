import type { TextCache, UnitPlace } from "../cache/mod.ts";
import type { SpecialTokens } from "../models/mod.ts";
import type { LogitsMask } from "./logits-mask.ts";
import type { NgramDrafter } from "./ngram-drafter.ts";
import type { Sampler } from "./sampler.ts";
import { type Feed, Thinker } from "./thinker.ts";
import type { VisualCacheReplica } from "./visual-cache-replica.ts";

export interface AnswererOptions {
  readonly special: SpecialTokens;
  readonly mask: LogitsMask;
  readonly sampler: Sampler;
  readonly answerTokens: number;
  /** Times that it cannot tell of; none where the model does not write the time. */
  readonly unseen: readonly number[];
  /** Drafts answers; null where they are not chosen greedily. */
  readonly drafter: NgramDrafter | null;
}

export interface AnswererEvents {
  /** A word is decided; all of them so far. */
  token(words: readonly number[]): void;
  done(words: readonly number[], complete: boolean): void;
}

/** Answers one question, from a fork of the narrator's finished thoughts and the video as it is now. */
export class Answerer extends Thinker {
  private next: readonly number[] | null;
  private readonly words: number[] = [];

  /** @param from the unit that the question looks from */
  constructor(
    visual: VisualCacheReplica,
    text: TextCache,
    readonly from: UnitPlace,
    question: readonly number[],
    private readonly options: AnswererOptions,
    private readonly events: AnswererEvents,
  ) {
    super(visual, text, options.drafter);
    text.beginGroup();
    this.next = [options.special.question, ...question, options.special.answer];
  }

  /** Tokens of the answer so far. */
  get said(): readonly number[] {
    return this.words;
  }

  protected override feed(): Feed | null {
    return this.next === null ? null : { tokens: this.next, from: this.from };
  }

  protected override draft(drafter: NgramDrafter, most: number): readonly number[] {
    const { special, answerTokens } = this.options;
    const left = Math.min(most, answerTokens - this.words.length);
    return this.words.length === 0 ? [] : drafter.draft(this.words, left, [special.endAnswer]);
  }

  protected override decide(logits: Float32Array): number | null {
    const { special, mask, sampler, answerTokens, unseen } = this.options;
    mask.answer(logits, this.words.length === 0, unseen);
    const token = sampler.choose(logits);
    const complete = token === special.endAnswer;
    if (complete || this.words.length >= answerTokens) {
      this.next = null;
      this.options.drafter?.learn(this.words, complete ? token : null);
      this.events.done(this.words, complete);
      return null;
    }
    this.words.push(token);
    this.next = [token];
    this.events.token(this.words);
    return token;
  }
}
