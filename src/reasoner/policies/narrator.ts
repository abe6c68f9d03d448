import type { UnitPlace } from "../../cache/mod.ts";
import type { SpecialTokens } from "../../models/mod.ts";
import type { Clauses } from "../clauses.ts";
import type { ClockTokens } from "../clock-tokens.ts";
import type { LogitsMask } from "../logits-mask.ts";
import type { StopReason } from "../messages.ts";
import type { NgramDrafter } from "../ngram-drafter.ts";
import type { RunningNumbers } from "../running-numbers.ts";
import type { Sampler } from "../sampler.ts";
import type { ThinkerContext } from "../thinker-context.ts";
import { type Feed, type Policy, PRIORITY } from "./policy.ts";

export interface NarratorOptions {
  readonly special: SpecialTokens;
  readonly mask: LogitsMask;
  readonly sampler: Sampler;
  /** Added to the logit of a skip. */
  readonly skipBias: number;
  /** Most tokens of a thought. */
  readonly thoughtTokens: number;
  readonly clauses: Clauses;
  /** Counts what this narrator tells. */
  readonly numbers: RunningNumbers;
  /** Writes the time; null when the model does not. */
  readonly clock: ClockTokens | null;
  /** Whether a skip that follows a skip stays in the text. */
  readonly remembersSilence: boolean;
  /** A recap is asked for after so many tokens of thought; null: never. */
  readonly recapEvery: number | null;
  /** Most tokens of a recap. The model's own limit: a short limit for thoughts must not cut off what was counted. */
  readonly recapTokens: number;
  /** Words of the recap with which it begins; null: none. */
  readonly recalled: readonly number[] | null;
  /** Drafts thoughts; null when they are not chosen greedily. */
  readonly drafter: NgramDrafter | null;
}

/** A thought that has ended. */
export interface NarratedThought {
  /** The unit that it is about. */
  readonly place: UnitPlace;
  /** Tokens of its words; none for a skip, or if its tokens did not suffice for one clause. */
  readonly words: readonly number[];
  readonly stop: StopReason;
  /** Tokens that were generated, the closing one or the skip included. */
  readonly tokens: number;
}

export interface NarratorEvents {
  /** The first step of the thought about a unit begins. */
  began(unit: number): void;
  /**
   * A token of the thought about a unit is decided. `words` are all of its words that will stay: those of the clause
   * under way follow when it is whole. None for a skip.
   */
  token(unit: number, words: readonly number[]): void;
  done(thought: NarratedThought): void;
  /** A recap has ended: what the narrator has counted so far. */
  recap(unit: number, words: readonly number[]): void;
}

/**
 * Thinks about every unit in turn: a few words, or a skip. From time to time it is asked for a recap of what it has
 * counted, before the thoughts that the recap rests on leave its window.
 *
 * A skip that follows a skip is taken back, if the model was trained so. Then quiet time takes no room in the window,
 * which holds the last things that were said, however long ago that was. Clock tokens tell how long ago.
 *
 * A thought or recap that has used up its tokens ends with its last whole clause. The words of the clause that was cut
 * off are taken back, so that what it remembers is what was told.
 *
 * Where it goes on from an earlier narrator, it is given that one's last recap behind the first unit, of which it says
 * nothing. So it was in training.
 *
 * The token that closes a thought is not fed when it is sampled. It is the first input of the next unit's thought,
 * because in training it already looks at that unit (TaYS, streaming mask).
 */
export class Narrator implements Policy {
  readonly priority = PRIORITY.narration;
  readonly drafter: NgramDrafter | null;
  private unit = 0;
  /** Where the unit stands that it thinks about; null while it has not begun with it. */
  private place: UnitPlace | null = null;
  private words: number[] = [];
  private pending: readonly number[];
  /** What was fed first about this unit: the token that closed the thought before. */
  private opening: number | null = null;
  /** Tokens generated about this unit. */
  private tokens = 0;
  private recapping = false;
  /** Words of a recap that are yet to be fed; null: none. */
  private recalling: readonly number[] | null;
  /** Tokens of thought since the last recap. */
  private sinceRecap = 0;

  constructor(
    private readonly context: ThinkerContext,
    private readonly options: NarratorOptions,
    private readonly events: NarratorEvents,
  ) {
    this.drafter = options.drafter;
    this.recalling = options.recalled;
    this.pending = [options.special.narrate];
  }

  /** The unit that it thinks about, or waits for. All before it are done. */
  get current(): number {
    return this.unit;
  }

  /** A context of its finished thoughts, from which another thinker goes on. */
  forkFinished(): ThinkerContext {
    return this.context.fork(this.place === null ? "all" : "before current group");
  }

  next(): Feed | null {
    if (this.place !== null) return { tokens: this.pending, from: this.place };
    if (this.context.newest < this.unit) return null;
    return { tokens: this.pending, from: this.context.place(this.unit) };
  }

  begin(): void {
    if (this.place !== null) return;
    this.place = this.context.place(this.unit);
    this.opening = this.pending[0]!;
    if (this.unit > 0) this.context.beginGroup();
    this.events.began(this.unit);
  }

  draft(drafter: NgramDrafter, most: number): readonly number[] {
    const { special, thoughtTokens } = this.options;
    const left = Math.min(most, thoughtTokens - this.words.length);
    return this.recapping || this.recalling !== null
      ? []
      : drafter.draft(this.words, left, [special.skip, special.endThink]);
  }

  decide(logits: Float32Array): number | null {
    if (this.recalling !== null) {
      this.recall(this.recalling);
      return null;
    }
    const { special, mask, numbers, sampler, skipBias, thoughtTokens, recapTokens } = this.options;
    if (this.recapping) mask.recap(logits, this.words.length === 0);
    else mask.thought(logits, this.words.length === 0, skipBias, numbers.tooLarge(this.words));
    const token = sampler.choose(logits);
    this.tokens++;
    const closed = token === special.skip || token === special.endThink;
    if (!closed && this.words.length < (this.recapping ? recapTokens : thoughtTokens)) {
      this.words.push(token);
      this.pending = [token];
      if (!this.recapping) this.events.token(this.unit, this.options.clauses.ended(this.words));
      return token;
    }
    if (this.recapping) this.closeRecap(token, closed);
    else this.closeThought(token, closed);
    return null;
  }

  /** After the first token, which is the sink by itself, the recap is fed; after the recap, the first unit is done. */
  private recall(words: readonly number[]): void {
    const { special } = this.options;
    if (this.pending[0] === special.narrate) {
      this.pending = [special.skip, special.recap!, ...words];
      return;
    }
    this.recalling = null;
    this.events.token(this.unit, []);
    this.events.done({ place: this.place!, words: [], stop: "end", tokens: this.tokens });
    this.pending = [special.endThink];
    this.goOn();
  }

  private closeThought(token: number, closed: boolean): void {
    const { special, clock, numbers, recapEvery, remembersSilence } = this.options;
    const place = this.place!;
    this.drafter?.learn(this.words, closed ? token : null);
    if (!closed) this.keepWholeClauses(token);
    numbers.count(this.words);
    const isSilent = this.words.length === 0;
    // Before the thought is told, so that what is told of the window is what stays in it.
    if (!isSilent || remembersSilence) this.sinceRecap += this.words.length + 1;
    else if (this.opening === special.skip) this.context.forgetGroup();
    this.events.token(this.unit, this.words);
    this.events.done({ place, words: this.words, stop: closed ? "end" : "length", tokens: this.tokens });
    const closing = isSilent ? special.skip : (clock?.token(place) ?? special.endThink);
    if (!isSilent) this.context.remember(place);
    this.words = [];
    this.recapping = recapEvery !== null && special.recap !== null && this.sinceRecap >= recapEvery;
    this.pending = this.recapping ? [closing, special.recap!] : [closing];
    if (!this.recapping) this.goOn();
  }

  private closeRecap(token: number, closed: boolean): void {
    if (!closed) this.keepWholeClauses(token);
    this.events.recap(this.unit, this.words);
    this.sinceRecap = 0;
    this.recapping = false;
    this.words = [];
    this.pending = [this.options.special.endThink];
    this.goOn();
  }

  /** @param next the token for which there was no room */
  private keepWholeClauses(next: number): void {
    const whole = this.options.clauses.whole(this.words, next);
    this.context.takeBack(this.words.length - whole.length);
    this.words = [...whole];
  }

  private goOn(): void {
    this.unit++;
    this.place = null;
    this.tokens = 0;
  }
}
