import type { TextCache, UnitPlace } from "../cache/mod.ts";
import type { SpecialTokens } from "../models/mod.ts";
import type { ClockTokens } from "./clock-tokens.ts";
import type { LogitsMask } from "./logits-mask.ts";
import type { StopReason } from "./messages.ts";
import type { NgramDrafter } from "./ngram-drafter.ts";
import type { Sampler } from "./sampler.ts";
import { type Feed, Thinker } from "./thinker.ts";
import type { VisualCacheReplica } from "./visual-cache-replica.ts";

export interface NarratorOptions {
  readonly special: SpecialTokens;
  readonly mask: LogitsMask;
  readonly sampler: Sampler;
  readonly skipBias: number;
  readonly thoughtTokens: number;
  /** Writes the time; null where the model does not. */
  readonly clock: ClockTokens | null;
  /** Whether silence after silence stays in its text. */
  readonly remembersSilence: boolean;
  /** A recap is asked for after so many tokens of thought; null: never. */
  readonly recapEvery: number | null;
  /** Tokens of a recap at most: however short its thoughts shall be, what it has counted is not cut off. */
  readonly recapTokens: number;
  /** Drafts thoughts; null where they are not chosen greedily. */
  readonly drafter: NgramDrafter | null;
}

/** What a narrator tells about its thoughts. */
export interface NarratorEvents {
  /** A token of the thought about a unit is decided; its words so far, none for a skip. */
  token(unit: number, words: readonly number[]): void;
  done(unit: number, words: readonly number[], stop: StopReason, tokens: number): void;
  /** What it has counted so far, said to itself. */
  recap(unit: number, words: readonly number[]): void;
}

/**
 * Thinks about every unit in turn: a few words, or a skip. Now and then it is asked for a recap of what it has
 * counted, before what that rests on leaves its window.
 *
 * Silence that goes on leaves no trace, if the model was trained so: then its window holds what it said, however long
 * ago, and not how long it was quiet. The clock tokens tell that.
 *
 * The token that closes a unit's thought is not committed when it is sampled. It is the first input once the next
 * unit has landed, because in training it already looks at that unit (TaYS, streaming mask).
 */
export class Narrator extends Thinker {
  private readonly textCache: TextCache;
  private unit = 0;
  private place: UnitPlace | null = null;
  private words: number[] = [];
  private pending: readonly number[];
  private tokens = 0;
  private recapping = false;
  /** Tokens since the last recap. */
  private sinceRecap = 0;
  /** Thoughts that were closed with their time, and where in the text that is. */
  private told: { readonly place: UnitPlace; readonly position: number }[] = [];

  constructor(
    visual: VisualCacheReplica,
    text: TextCache,
    private readonly options: NarratorOptions,
    private readonly events: NarratorEvents,
  ) {
    super(visual, text, options.drafter);
    this.textCache = text;
    this.pending = [options.special.narrate];
  }

  /** The unit that it thinks about, or waits for. */
  get current(): number {
    return this.unit;
  }

  /** Tokens that have left its window. */
  get evicted(): number {
    return this.textCache.evicted;
  }

  /** The units of its thoughts, as far as its text reaches, oldest first. */
  get remembered(): UnitPlace[] {
    return this.held.map(({ place }) => place);
  }

  /** Its finished thoughts, as a cache that somebody else goes on from. */
  forkFinished(): TextCache {
    const thinking = this.place !== null && this.textCache.heldGroups > 0;
    return this.textCache.fork(thinking ? 1 : 0);
  }

  protected override feed(): Feed | null {
    if (this.place === null) {
      if (this.visual.newest < this.unit) return null;
      this.place = this.visual.place(this.unit);
      if (this.unit > 0) this.text.beginGroup();
    }
    return { tokens: this.pending, from: this.place };
  }

  protected override draft(drafter: NgramDrafter, most: number): readonly number[] {
    const { special, thoughtTokens } = this.options;
    const left = Math.min(most, thoughtTokens - this.words.length);
    return this.recapping ? [] : drafter.draft(this.words, left, [special.skip, special.endThink]);
  }

  /** The first token of all is the sink; what follows goes to the window. */
  protected override committed(): void {
    if (this.text.heldGroups === 0) this.text.beginGroup();
  }

  protected override decide(logits: Float32Array): number | null {
    const { special, mask, sampler, skipBias, thoughtTokens, recapTokens } = this.options;
    if (this.recapping) mask.recap(logits, this.words.length === 0);
    else mask.thought(logits, this.words.length === 0, skipBias);
    const token = sampler.choose(logits);
    this.tokens++;
    const closed = token === special.skip || token === special.endThink;
    if (!closed && this.words.length < (this.recapping ? recapTokens : thoughtTokens)) {
      this.words.push(token);
      this.pending = [token];
      if (!this.recapping) this.events.token(this.unit, this.words);
      return token;
    }
    if (this.recapping) this.closeRecap();
    else this.closeThought(token, closed);
    return null;
  }

  private closeThought(token: number, closed: boolean): void {
    const { special, clock, recapEvery, remembersSilence, drafter } = this.options;
    const silent = this.words.length === 0;
    if (token === special.skip) this.events.token(this.unit, this.words);
    drafter?.learn(this.words, closed ? token : null);
    this.events.done(this.unit, this.words, closed ? "end" : "length", this.tokens);
    if (!silent || remembersSilence) this.sinceRecap += this.words.length + 1;
    else if (this.pending[0] === special.skip) this.textCache.forgetGroup();
    const closing = silent ? special.skip : (clock?.token(this.place!) ?? special.endThink);
    if (!silent) this.told = [...this.held, { place: this.place!, position: this.textCache.position }];
    this.words = [];
    this.recapping = recapEvery !== null && special.recap !== null && this.sinceRecap >= recapEvery;
    this.pending = this.recapping ? [closing, special.recap!] : [closing];
    if (!this.recapping) this.next();
  }

  private get held() {
    const { oldest } = this.textCache;
    return this.told.filter(({ position }) => position >= oldest);
  }

  private closeRecap(): void {
    this.events.recap(this.unit, this.words);
    this.sinceRecap = 0;
    this.recapping = false;
    this.words = [];
    this.pending = [this.options.special.endThink];
    this.next();
  }

  private next(): void {
    this.unit++;
    this.place = null;
    this.tokens = 0;
  }
}
