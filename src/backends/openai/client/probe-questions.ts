import type { PromptPart } from "../../../prompting/mod.ts";
import type { ChatRequest } from "./chat-body.ts";
import type { ChatResult } from "./chat-stream.ts";
import type { RemoteModel } from "./remote-model.ts";

/** An answer, and when its pieces came. */
export interface Timed extends ChatResult {
  /** From the request to the first piece of text, or to the end where there was none (ms). */
  readonly firstMs: number;
  readonly wholeMs: number;
  /** Pieces of text that came. */
  readonly pieces: number;
}

/** Asked until one is answered at some length. */
const LONG_QUESTIONS = [
  "Count from one to a hundred, in words.",
  "Tell me a long story about a dog and a cat.",
  "List the names of fifty animals.",
];
/** Fewer tell nothing of the speed. */
const LEAST_DECODED_TOKENS = 8;
const WORDS = "the a red blue small large cat dog house tree walks stands left right slowly again".split(" ");

/** The questions of a probe. */
export class ProbeQuestions {
  /** The one that was answered at the greatest length. */
  longOne = LONG_QUESTIONS[0]!;
  /** Prompts are not those of an earlier probe, which the server may still know. */
  private fresh = Date.now() % 1_000_000;

  constructor(
    private readonly remote: RemoteModel,
    private readonly signal: AbortSignal,
  ) {}

  /** A number that no prompt has had. */
  number(): number {
    return this.fresh++;
  }

  /** Small models do not count far. */
  async longAnswer(maxTokens: number): Promise<Timed> {
    let longest: Timed | null = null;
    for (const question of LONG_QUESTIONS) {
      const answer = await this.ask([text(question)], maxTokens);
      if (longest === null || answer.usage.generated > longest.usage.generated) {
        longest = answer;
        this.longOne = question;
      }
      if (longest.usage.generated >= LEAST_DECODED_TOKENS) break;
    }
    return longest!;
  }

  /** Asks, and takes the times. */
  async ask(parts: readonly PromptPart[], maxTokens: number): Promise<Timed> {
    const startedAt = performance.now();
    let firstMs: number | null = null;
    let pieces = 0;
    const result = await this.remote.chat(this.request(parts, maxTokens), () => {
      firstMs ??= performance.now() - startedAt;
      pieces++;
    });
    const wholeMs = performance.now() - startedAt;
    return { ...result, firstMs: firstMs ?? wholeMs, wholeMs, pieces };
  }

  /** A request of one message. */
  request(parts: readonly PromptPart[], maxTokens: number): ChatRequest {
    const messages = [{ role: "user", parts }] as const;
    return { messages, maxTokens, temperature: 0, seed: 1, signal: this.signal, urgent: true };
  }

  /** So many words that no server has seen in this order. */
  unseen(count: number): string {
    const number = this.number();
    const words = Array.from(
      { length: count },
      (_, i) => WORDS[(number * 31 + i * i * 7 + i * number) % WORDS.length],
    );
    return `${number} ${words.join(" ")}`;
  }
}

/** A piece of text for a prompt. */
export function text(words: string): PromptPart {
  return { type: "text", text: words };
}

/** A picture for a prompt. */
export function picture(jpeg: Uint8Array): PromptPart {
  return { type: "picture", jpeg };
}

/** Tokens a second after the first one; null: the answer is too short to tell. */
export function decodeSpeed({ usage, times, firstMs, wholeMs }: Timed): number | null {
  if (usage.generated < LEAST_DECODED_TOKENS) return null;
  const ms = times?.decodeMs || wholeMs - firstMs;
  return ms > 1 ? ((usage.generated - 1) / ms) * 1000 : null;
}
