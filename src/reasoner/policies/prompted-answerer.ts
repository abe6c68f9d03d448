import type { UnitPlace } from "../../cache/mod.ts";
import type { CheckpointCodec } from "../../models/mod.ts";
import { AnswerText, WholeWords } from "../../prompting/mod.ts";
import type { NgramDrafter } from "../ngram-drafter.ts";
import type { Sampler } from "../sampler.ts";
import { type Feed, type Policy, PRIORITY } from "./policy.ts";

export interface PromptedAnswererOptions {
  readonly codec: CheckpointCodec;
  readonly sampler: Sampler;
  /** Most tokens of an answer. */
  readonly answerTokens: number;
  /** Drafts answers; null when they are not chosen greedily. */
  readonly drafter: NgramDrafter | null;
}

/** Takes an answer as text. */
export interface ToldAnswerEvents {
  /** The next whole words of the answer; never empty. */
  text(delta: string): void;
  /** The answer has ended, by itself (`complete`) or because it has used up its tokens. */
  done(answer: ToldAnswer, complete: boolean): void;
}

export interface ToldAnswer {
  /** All that was told. */
  readonly text: string;
  /** Tokens that were generated. */
  readonly tokens: number;
}

/**
 * Answers one question with a prompted model, in the context of the narrator's finished thoughts. What the model reasons
 * to itself is not told, and an answer that begins to repeat itself is ended.
 */
export class PromptedAnswerer implements Policy {
  readonly drafter: NgramDrafter | null;
  private pending: readonly number[] | null;
  private readonly words: number[] = [];
  private readonly decoder: ReturnType<CheckpointCodec["decoder"]>;
  private readonly answer = new AnswerText();
  private readonly whole = new WholeWords();
  private told = "";
  private tokens = 0;

  /**
   * @param from the unit that the question looks from
   * @param question tokens of the whole turn up to where the model speaks, see PromptedTurns.question
   */
  constructor(
    readonly from: UnitPlace,
    question: readonly number[],
    private readonly options: PromptedAnswererOptions,
    private readonly events: ToldAnswerEvents,
  ) {
    this.drafter = options.drafter;
    this.pending = question;
    this.decoder = options.codec.decoder();
  }

  get priority(): number {
    return this.words.length === 0 ? PRIORITY.question : PRIORITY.answer;
  }

  /** The answer so far. */
  get said(): ToldAnswer {
    return { text: this.told, tokens: Math.min(this.tokens, this.options.answerTokens) };
  }

  next(): Feed | null {
    return this.pending === null ? null : { tokens: this.pending, from: this.from };
  }

  begin(): void {}

  draft(drafter: NgramDrafter, most: number): readonly number[] {
    const left = Math.min(most, this.options.answerTokens - this.words.length);
    return this.words.length === 0 ? [] : drafter.draft(this.words, left, []);
  }

  decide(logits: Float32Array): number | null {
    const { codec, sampler, answerTokens } = this.options;
    for (const id of codec.silent) logits[id] = Number.NEGATIVE_INFINITY;
    // An answer has at least one word.
    if (this.words.length === 0) for (const id of codec.ends) logits[id] = Number.NEGATIVE_INFINITY;
    const token = sampler.choose(logits);
    this.tokens++;
    const isEnd = codec.ends.has(token);
    if (isEnd || this.words.length >= answerTokens) return this.close(!isEnd);
    this.words.push(token);
    this.pending = [token];
    this.tell(this.whole.push(this.answer.push(this.decoder.add(token))));
    return this.answer.ended ? this.close(false) : token;
  }

  /** @param cut whether its tokens are used up */
  private close(cut: boolean): null {
    this.pending = null;
    this.drafter?.learn(this.words, null);
    const rest = this.answer.push(this.decoder.end()) + this.answer.end();
    this.tell(this.whole.push(rest) + this.whole.end(cut));
    this.events.done(this.said, !cut);
    return null;
  }

  private tell(delta: string): void {
    if (delta === "") return;
    this.told += delta;
    this.events.text(delta);
  }
}
