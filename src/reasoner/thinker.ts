import type { AttentionRow } from "../attention/mod.ts";
import type { TextCache, UnitPlace } from "../cache/mod.ts";
import type { StreamEyes } from "./stream-eyes.ts";
import type { ThinkResult, ThinkStep } from "./think-session.ts";

/** Tokens to be fed in one step, and the unit that they look from. */
export interface Feed {
  readonly tokens: readonly number[];
  readonly from: UnitPlace;
}

/**
 * Somebody who thinks about a stream: its own C_r over the stream's shared C_v. The scheduler asks for a step,
 * runs it together with others', and hands back the result; a thinker never runs the model itself.
 */
export abstract class Thinker {
  protected constructor(
    protected readonly eyes: StreamEyes,
    protected readonly text: TextCache,
  ) {}

  /** What to feed next; null while there is nothing to do. */
  protected abstract feed(): Feed | null;

  /** Takes the logits of every fed token, and commits those tokens that stay. */
  protected abstract decide(logits: ThinkResult): void;

  /** The next step on the caches as they are now; null while there is nothing to do. */
  prepare(): ThinkStep | null {
    const feed = this.feed();
    if (feed === null) return null;
    const { tokens, from } = feed;
    const view = this.eyes.look(from);
    return { tokens, rows: tokens.map((_, ahead) => this.row(view, ahead)) };
  }

  accept(result: ThinkResult): void {
    this.decide(result);
  }

  /** Gives its memory back; nothing is asked of it after this. */
  release(): void {
    this.text.release();
  }

  private row(view: ReturnType<StreamEyes["look"]>, ahead: number): AttentionRow {
    const { store } = this.text;
    const at = this.text.query(ahead);
    const seen = this.eyes.query(view.span, at.window);
    const { sink, window } = this.text.view(ahead);
    return {
      store,
      slot: this.text.slot(ahead),
      position: at.window,
      segments: [
        { store: this.eyes.store, ranges: view.sink, position: seen.sink },
        { store: this.eyes.store, ranges: view.window, position: seen.window },
        { store, ranges: sink, position: at.sink },
        { store, ranges: window, position: at.window },
      ],
    };
  }
}
