import type { Policy } from "./policies/policy.ts";
import { prefillChunk } from "./prefill-chunk.ts";
import type { Schedulable } from "./scheduler.ts";
import type { StepLogits, TextStep } from "./step.ts";
import type { ThinkerContext } from "./thinker-context.ts";

/**
 * Somebody who thinks about a stream: a policy, which decides what to say, in a context, which is its place in the
 * caches. The scheduler asks it for a step, runs the step together with those of others, and hands back the logits.
 *
 * After the tokens that it must feed, a thinker may feed a draft of how it goes on. A drafted token stays if the model
 * chooses the same token after having seen all tokens before it. So drafts do not change what is said; they save steps.
 *
 * Of a long prompt it feeds a part in each step (chunked prefill), so that the others do not wait for the whole.
 */
export class Thinker implements Schedulable {
  /** Of the step that is running: how many tokens are not drafted, and the draft after them. */
  private certain = 0;
  private drafted: readonly number[] = [];
  /** How many of the tokens that must be fed have been fed. */
  private fed = 0;

  /** @param chunkTokens most tokens that must be fed which it feeds in one step; default: all */
  constructor(
    readonly policy: Policy,
    readonly context: ThinkerContext,
    private readonly chunkTokens = Number.POSITIVE_INFINITY,
  ) {}

  get priority(): number {
    return this.policy.priority;
  }

  get demand(): number {
    const { length = 0 } = this.policy.next()?.tokens ?? {};
    return length === 0 ? 0 : prefillChunk(length - this.fed, this.chunkTokens);
  }

  prepare(spare: number): TextStep {
    const { policy, context } = this;
    const { tokens: all, from } = policy.next()!;
    if (this.fed === 0) policy.begin();
    const certain = all.slice(this.fed, this.fed + prefillChunk(all.length - this.fed, this.chunkTokens));
    this.certain = certain.length;
    if (this.fed + certain.length < all.length) {
      this.drafted = [];
      return { tokens: certain, rows: context.rows(from, certain.length), wanted: certain.length };
    }
    const most = Math.min(spare, context.room - certain.length);
    this.drafted = policy.drafter === null ? [] : policy.draft(policy.drafter, most);
    const tokens = [...certain, ...this.drafted];
    return { tokens, rows: context.rows(from, tokens.length), wanted: certain.length - 1 };
  }

  accept(logits: StepLogits): void {
    const { policy, context } = this;
    const isWhole = this.fed + this.certain === policy.next()!.tokens.length;
    context.commit(this.certain, isWhole);
    this.fed = isWhole ? 0 : this.fed + this.certain;
    if (!isWhole) return;
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
