import type { Chunk } from "./answer-schemas.ts";

/** Tokens of a request, by the server's own counts. */
export interface Usage {
  /** Tokens of the prompt, with those of its pictures; 0: the server does not say. */
  readonly prompt: number;
  /** Those of the prompt that were in the server's prefix cache; null: the server does not say. */
  readonly cached: number | null;
  /** Tokens generated. Counted by the pieces that arrived where the server does not say. */
  readonly generated: number;
}

/** Times that the server itself has measured (ms). */
export interface ServerTimes {
  readonly prefillMs: number;
  /** Tokens that were prefilled, without those that were cached. */
  readonly prefillTokens: number;
  readonly decodeMs: number;
}

type Counts = Pick<Chunk, "usage" | "timings">;

/** @param pieces pieces of text that arrived */
export function usageOf({ usage, timings }: Counts, pieces: number): Usage {
  if (usage) {
    const cached = usage.prompt_tokens_details?.cached_tokens ?? usage.prompt_cache_hit_tokens ?? null;
    return {
      prompt: usage.prompt_tokens,
      cached: cached === null ? (timings?.cache_n ?? null) : Math.min(cached, usage.prompt_tokens),
      generated: usage.completion_tokens ?? pieces,
    };
  }
  if (!timings) return { prompt: 0, cached: null, generated: pieces };
  const { cache_n, prompt_n, predicted_n } = timings;
  return { prompt: (cache_n ?? 0) + prompt_n, cached: cache_n ?? null, generated: predicted_n };
}

/** The times that the server has measured; null: it does not say. */
export function serverTimes({ timings }: Counts): ServerTimes | null {
  if (!timings) return null;
  return {
    prefillMs: timings.prompt_ms,
    prefillTokens: timings.prompt_n,
    decodeMs: timings.predicted_ms,
  };
}
