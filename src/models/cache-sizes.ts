import type { Bundle } from "./bundle.ts";
import { ModelError } from "./errors.ts";

/** Most bytes of one cache of one stream. All caches of a thread share 4 GiB. */
export const MOST_CACHE_BYTES = 2 ** 30;

/**
 * Checks that the caches of one stream with the largest windows are of a size that can be served.
 *
 * @throws {ModelError} `bundle_invalid`, which names the field that takes most
 */
export function requireCacheSizes({ dir, manifest }: Bundle): void {
  const { transformer, cache, thinking, vision } = manifest;
  const tokenBytes = 2 * 4 * transformer.layers * transformer.heads * transformer.head_width;
  const visual = {
    "cache.visual_sink_units": cache.visual_sink_units * vision.tokens_per_unit,
    "cache.visual_window_units": cache.visual_window_units * vision.tokens_per_unit,
  };
  const text = {
    "cache.text_sink_tokens": cache.text_sink_tokens,
    "cache.text_window_tokens": cache.text_window_tokens,
    "thinking.thought_tokens": thinking.thought_tokens,
    "thinking.question_tokens": thinking.question_tokens,
    "thinking.answer_tokens": thinking.answer_tokens,
  };
  for (const tokens of [visual, text]) {
    const bytes = tokenBytes * Object.values(tokens).reduce((sum, count) => sum + count, 0);
    if (bytes <= MOST_CACHE_BYTES) continue;
    const [field] = Object.entries(tokens).toSorted((a, b) => b[1] - a[1])[0]!;
    const mib = (count: number) => Math.round(count / 2 ** 20);
    throw new ModelError(
      "bundle_invalid",
      `In ${dir}/bundle.json ${field} is too large: a cache of one stream would take ${mib(bytes)} MiB, and at most ${mib(MOST_CACHE_BYTES)} can be served. Correct bundle.json, or export the bundle again.`,
    );
  }
}
