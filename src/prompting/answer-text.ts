import { HiddenReasoning } from "./hidden-reasoning.ts";
import { RepetitionGate } from "./repetition-gate.ts";

/**
 * An answer while a model says it: without what it reasons to itself, and ended where it begins to say again what it has
 * said, as small models do without end.
 */
export class AnswerText {
  private readonly hidden = new HiddenReasoning();
  private readonly gate = new RepetitionGate([]);

  /** Whether the rest would only repeat it, so that generating may be stopped. */
  get ended(): boolean {
    return this.gate.ended;
  }

  /** @returns what can be told now */
  push(delta: string): string {
    return this.gate.push(this.hidden.push(delta));
  }

  /** @returns the rest */
  end(): string {
    return this.gate.push(this.hidden.end()) + this.gate.end().text;
  }
}
