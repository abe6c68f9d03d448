import type { UnitPlace } from "../../cache/mod.ts";
import type { NgramDrafter } from "../ngram-drafter.ts";
import { type ThinkRespondOptions, ThinkRespondSpeech, thinkRespondIds } from "../think-respond-speech.ts";
import { type Feed, type Policy, PRIORITY } from "./policy.ts";
import type { ToldAnswer, ToldAnswerEvents } from "./prompted-answerer.ts";

/**
 * Answers one question with a checkpoint that thinks before it speaks: what it says behind `<response>` is the answer,
 * and it may not be silent.
 */
export class ThinkRespondAnswerer implements Policy {
  readonly drafter: NgramDrafter | null = null;
  private readonly speech: ThinkRespondSpeech;
  private pending: readonly number[] | null;

  /**
   * @param from the unit that the question looks from
   * @param question tokens of the whole turn up to where the model speaks, see PromptedTurns.ask
   * @throws {ModelError} `token_missing` when the tokenizer lacks one of the tokens
   */
  constructor(
    readonly from: UnitPlace,
    question: readonly number[],
    options: Omit<ThinkRespondOptions, "maySkip">,
    private readonly events: ToldAnswerEvents,
  ) {
    this.pending = [...question, thinkRespondIds(options.codec, options.names).think];
    this.speech = new ThinkRespondSpeech({ ...options, maySkip: false }, (delta) => events.text(delta));
  }

  get priority(): number {
    return this.speech.hasBegun ? PRIORITY.answer : PRIORITY.question;
  }

  /** The answer so far. Its tokens are those behind `<response>`. */
  get said(): ToldAnswer {
    return { text: this.speech.text, tokens: this.speech.spoken };
  }

  next(): Feed | null {
    return this.pending === null ? null : { tokens: this.pending, from: this.from };
  }

  begin(): void {}

  draft(): readonly number[] {
    return [];
  }

  decide(logits: Float32Array): number | null {
    const token = this.speech.decide(logits);
    this.pending = token === null ? null : [token];
    if (token === null) this.events.done(this.said, this.speech.end!.outcome !== "incomplete");
    return token;
  }
}
