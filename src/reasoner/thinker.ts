import type { Policy } from "./policies/policy.ts";
import type { Schedulable } from "./scheduler.ts";
import type { StepLogits, TextStep } from "./text-runner.ts";
import type { ThinkerContext } from "./thinker-context.ts";

/**
 * Somebody who thinks about a stream: a policy, which decides what to say, in a context, which is its place in the
 * caches. The scheduler asks it for a step, runs the step together with those of others, and hands back the logits.
 *
 * After the tokens that it must feed, a thinker may feed a draft of how it goes on. A drafted token stays if the model
 * chooses the same token after having seen all tokens before it. So drafts do not change what is said; they save steps.
 */
export class Thinker implements Schedulable {
  /** Of the step that is running: how many tokens are not drafted, and the draft after them. */
  private certain = 0;
  private drafted: readonly number[] = [];

  constructor(
    readonly policy: Policy,
    readonly context: ThinkerContext,
  ) {}

  get priority(): number {
    return this.policy.priority;
  }

  get demand(): number {
    return this.policy.next()?.tokens.length ?? 0;
  }

  prepare(spare: number): TextStep {
    const { policy, context } = this;
    const { tokens: certain, from } = policy.next()!;
    policy.begin();
    const most = Math.min(spare, context.room - certain.length);
    this.certain = certain.length;
    this.drafted = policy.drafter === null ? [] : policy.draft(policy.drafter, most);
    const tokens = [...certain, ...this.drafted];
    return { tokens, rows: context.rows(from, tokens.length) };
  }

  accept(logits: StepLogits): void {
    const { policy, context } = this;
    context.commit(this.certain);
    let chosen = policy.decide(logits[this.certain - 1]!);
    let right = 0;
    while (chosen !== null && chosen === this.drafted[right]) {
      context.commit(1);
      chosen = policy.decide(logits[this.certain + right++]!);
    }
    policy.drafter?.verified(this.drafted.length, right);
  }

  /** Gives its memory back; it must not be used after this. */
  release(): void {
    this.context.release();
  }
}
