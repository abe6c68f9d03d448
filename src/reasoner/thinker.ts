import type { AttentionRow } from "../attention/mod.ts";
import type { TextCache, UnitPlace } from "../cache/mod.ts";
import type { NgramDrafter } from "./ngram-drafter.ts";
import type { StepLogits, TextStep } from "./text-runner.ts";
import type { VisualCacheReplica } from "./visual-cache-replica.ts";

/** Tokens to be fed in one step, and the unit that they look from. */
export interface Feed {
  readonly tokens: readonly number[];
  readonly from: UnitPlace;
}

/**
 * Somebody who thinks about a stream: its own C_r over the stream's shared C_v. The scheduler asks for a step,
 * runs it together with others', and hands back the result; a thinker never runs the model itself.
 *
 * Behind what it must feed, a step may feed a draft of how it goes on. Of a draft stays what the model chooses too,
 * having seen all before it; so what is said is the same with and without, in fewer steps.
 */
export abstract class Thinker {
  /** Of the step under way: tokens that are certain, and the draft behind them. */
  private certain = 0;
  private drafted: readonly number[] = [];

  protected constructor(
    protected readonly visual: VisualCacheReplica,
    protected readonly text: TextCache,
    private readonly drafter: NgramDrafter | null,
  ) {}

  /** What to feed next; null while there is nothing to do. */
  protected abstract feed(): Feed | null;

  /** A guess at what follows, of `most` words at the most. */
  protected abstract draft(drafter: NgramDrafter, most: number): readonly number[];

  /** Takes the logits behind a token that stays; returns the token chosen, or null when nothing is to follow it now. */
  protected abstract decide(logits: Float32Array): number | null;

  /** Told when tokens have become part of its text. */
  protected committed(): void {}

  /** Tokens that have become part of its text so far. */
  get position(): number {
    return this.text.position;
  }

  /** The next step on the caches as they are now; null while there is nothing to do. */
  prepare(): TextStep | null {
    const feed = this.feed();
    if (feed === null) return null;
    this.certain = feed.tokens.length;
    this.drafted = this.drafter === null ? [] : this.draft(this.drafter, this.text.room - this.certain);
    const tokens = [...feed.tokens, ...this.drafted];
    const view = this.visual.look(feed.from);
    return { tokens, rows: tokens.map((_, ahead) => this.row(view, ahead)) };
  }

  accept(result: StepLogits): void {
    this.commit(this.certain);
    let chosen = this.decide(result[this.certain - 1]!);
    let right = 0;
    while (chosen !== null && chosen === this.drafted[right]) {
      this.commit(1);
      chosen = this.decide(result[this.certain + right++]!);
    }
    this.drafter?.verified(this.drafted.length, right);
  }

  /** Gives its memory back; nothing is asked of it after this. */
  release(): void {
    this.text.release();
  }

  private commit(tokens: number): void {
    this.text.commit(tokens);
    this.committed();
  }

  private row(view: ReturnType<VisualCacheReplica["look"]>, ahead: number): AttentionRow {
    const { store } = this.text;
    const at = this.text.query(ahead);
    const seen = this.visual.query(view.span, at.window);
    const { sink, window } = this.text.view(ahead);
    return {
      store,
      slot: this.text.slot(ahead),
      position: at.window,
      segments: [
        { store: this.visual.store, ranges: view.sink, position: seen.sink },
        { store: this.visual.store, ranges: view.window, position: seen.window },
        { store, ranges: sink, position: at.sink },
        { store, ranges: window, position: at.window },
      ],
    };
  }
}
