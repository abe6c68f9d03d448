import { ThoughtCleaner } from "./clean-thought.ts";
import { RepetitionGate } from "./repetition-gate.ts";

/** How a thought has ended. */
export interface ThoughtEnd {
  /** What is still to be told. */
  readonly rest: string;
  /** It would only have repeated what was said, and nothing of it was told. */
  readonly repeated: boolean;
  /** Its sentence is whole; else the budget of tokens ended it, after a whole clause where it had one. */
  readonly whole: boolean;
}

/**
 * One thought while a model says it: cleaned, one sentence, and held back as long as it may be a repetition.
 *
 * @example
 * const text = new ThoughtText(memory.thoughts.map((thought) => thought.text));
 * for await (const delta of deltas) tell(text.add(delta));
 * const { rest, repeated } = text.end(wasCut);
 */
export class ThoughtText {
  private readonly cleaner = new ThoughtCleaner();
  private readonly gate: RepetitionGate;

  /** @param earlier thoughts that must not be repeated */
  constructor(earlier: readonly string[]) {
    this.gate = new RepetitionGate(earlier);
  }

  /** Whether the sentence is whole, so that generating may be stopped. */
  get ended(): boolean {
    return this.cleaner.ended;
  }

  /** @returns what can be told now */
  add(delta: string): string {
    return this.gate.push(this.cleaner.push(delta));
  }

  /** @param cut whether the budget of tokens ended it */
  end(cut: boolean): ThoughtEnd {
    const whole = this.cleaner.ended || !cut;
    const last = this.gate.push(this.cleaner.end(cut));
    const { text, repeated } = this.gate.end();
    return { rest: last + text, repeated, whole };
  }
}
