import type { TextCache, UnitPlace } from "../cache/mod.ts";
import type { SpecialTokens } from "../models/mod.ts";
import type { Sampler } from "./sampler.ts";
import type { StreamEyes } from "./stream-eyes.ts";
import type { ThinkResult } from "./think-session.ts";
import { type Feed, Thinker } from "./thinker.ts";
import type { VocabularyMask } from "./vocabulary-mask.ts";

export interface AnswererOptions {
  readonly special: SpecialTokens;
  readonly mask: VocabularyMask;
  readonly sampler: Sampler;
  readonly answerTokens: number;
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
    eyes: StreamEyes,
    text: TextCache,
    readonly from: UnitPlace,
    question: readonly number[],
    private readonly options: AnswererOptions,
    private readonly events: AnswererEvents,
  ) {
    super(eyes, text);
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

  protected override decide(result: ThinkResult): void {
    this.text.commit(result.length);
    const logits = result.at(-1)!;
    const { special, mask, sampler, answerTokens } = this.options;
    mask.answer(logits, this.words.length === 0);
    const token = sampler.choose(logits);
    const complete = token === special.endAnswer;
    if (complete || this.words.length >= answerTokens) {
      this.next = null;
      this.events.done(this.words, complete);
      return;
    }
    this.words.push(token);
    this.next = [token];
    this.events.token(this.words);
  }
}
