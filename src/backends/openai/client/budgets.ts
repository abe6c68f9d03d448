import { TokenBucket } from "../../../ingest/mod.ts";
import type { PromptMessage } from "../../../prompting/mod.ts";
import type { ChatRequest } from "./chat-body.ts";
import { RemoteError } from "./errors.ts";
import type { Usage } from "./usage.ts";
import { wait } from "./wait.ts";

export interface BudgetLimits {
  readonly callsPerMinute?: number;
  /** Tokens of prompts and of answers together. */
  readonly maxTokensPerMinute?: number;
}

/** What a request has taken out. */
export interface Taken {
  /** The same request is sent once more. */
  again(): void;
  /** It has ended. What was taken for its tokens is corrected; null: it has failed, and has cost none. */
  settle(usage: Usage | null): void;
}

/** A budget holds this much of a minute, so that something is there at once for a question. */
const HELD_MINUTES = 1 / 6;
/** The part of it that is there for questions only. */
const RESERVE = 0.5;
const CHARACTERS_PER_TOKEN = 4;
/** Until the first answer tells. */
const TOKENS_PER_PICTURE = 256;

/**
 * Limits of calls and of tokens a minute. They are paced: over T minutes at most T times the limit and a sixth of it
 * are spent. What is not urgent is refused while only the reserve is left, so that it is skipped rather than queued;
 * what is urgent waits for its turn.
 */
export class Budgets {
  private readonly calls: TokenBucket | null;
  private readonly tokens: TokenBucket | null;
  private readonly limits: BudgetLimits;
  /** Urgent requests that wait. */
  private waiting = 0;

  constructor(limits: BudgetLimits) {
    this.limits = limits;
    this.calls = bucket(limits.callsPerMinute);
    this.tokens = bucket(limits.maxTokensPerMinute);
  }

  /** How long until a request would be let through (ms); 0: at once. */
  waitMs(urgent: boolean, nowMs: number = performance.now()): number {
    const reserve = urgent ? 0 : RESERVE;
    return Math.max(0, ...[this.calls, this.tokens].map((each) => each?.waitMs(nowMs, reserve) ?? 0));
  }

  /**
   * Takes a request out of the budgets.
   *
   * @throws {RemoteError} `over_budget` at once, when it is not urgent and only the reserve is left
   */
  async take(request: Pick<ChatRequest, "messages" | "maxTokens" | "urgent" | "signal">): Promise<Taken> {
    if (request.urgent) await this.turn(request.signal);
    else this.refuseLate();
    const guess = guessTokens(request.messages) + request.maxTokens;
    this.calls?.spend(1, performance.now());
    this.tokens?.spend(guess, performance.now());
    return {
      again: () => this.calls?.spend(1, performance.now()),
      settle: (usage) => {
        // A server that does not count leaves the guess.
        const used = usage === null ? 0 : usage.prompt > 0 ? usage.prompt + usage.generated : guess;
        this.tokens?.spend(used - guess, performance.now());
      },
    };
  }

  private async turn(signal: AbortSignal): Promise<void> {
    this.waiting++;
    try {
      for (let ms = this.waitMs(true); ms > 0; ms = this.waitMs(true)) await wait(ms, signal);
    } finally {
      this.waiting--;
    }
  }

  private refuseLate(): void {
    const waitMs = this.waitMs(false);
    if (waitMs === 0 && this.waiting === 0) return;
    const { callsPerMinute: calls, maxTokensPerMinute: tokens } = this.limits;
    const set = [calls && `${calls} calls`, tokens && `${tokens} tokens`].filter(Boolean).join(" and ");
    const text = `The budget of ${set} a minute is used up for now. Raise it, or let the model see fewer pictures.`;
    throw new RemoteError("over_budget", text, { passing: true, retryAfterMs: waitMs });
  }
}

function bucket(perMinute: number | undefined): TokenBucket | null {
  return perMinute === undefined
    ? null
    : new TokenBucket({ perSecond: perMinute / 60, most: perMinute * HELD_MINUTES });
}

function guessTokens(messages: readonly PromptMessage[]): number {
  const parts = messages.flatMap((message) => message.parts);
  const each = parts.map((part) =>
    part.type === "text" ? part.text.length / CHARACTERS_PER_TOKEN : TOKENS_PER_PICTURE,
  );
  return Math.ceil(each.reduce((sum, tokens) => sum + tokens, 0));
}
