import { type KvMemory, type KvShape, TextCache, VisualCache } from "../cache/mod.ts";
import type { BundleManifest } from "./bundle-schema.ts";
import { stackShape } from "./stack-shape.ts";

/** Shape of a model's keys and values. */
export function kvShape(manifest: BundleManifest): KvShape {
  return stackShape(manifest).kv;
}

/** A unit's nominal duration (ms). */
export function unitMs({ vision }: BundleManifest): number {
  return (1000 * vision.frames_per_unit) / vision.fps;
}

/** An empty visual cache of a model's shape. A unit that is older than the duration of a full window leaves it. */
export function makeVisualCache(
  memory: KvMemory,
  manifest: BundleManifest,
  windowUnits: number,
  slackUnits: number,
): VisualCache {
  return new VisualCache({
    memory,
    shape: kvShape(manifest),
    tokensPerUnit: manifest.vision.tokens_per_unit,
    sinkUnits: manifest.cache.visual_sink_units,
    windowUnits,
    maxAgeMs: (windowUnits + 0.5) * unitMs(manifest),
    slackUnits,
  });
}

/** What a stream allows its thinkers (tokens). */
export interface TextBudgets {
  readonly textWindowTokens: number;
  readonly thoughtTokens: number;
  readonly answerTokens: number;
}

/**
 * An empty text cache of a model's shape, in which a thought with its recap fits, and a question with its answer.
 * @throws {RangeError} when the memory is full
 */
export function makeTextCache(
  memory: KvMemory,
  manifest: BundleManifest,
  { textWindowTokens, thoughtTokens, answerTokens }: TextBudgets,
): TextCache {
  const { cache, thinking } = manifest;
  return new TextCache({
    memory,
    shape: kvShape(manifest),
    sinkTokens: cache.text_sink_tokens,
    windowTokens: textWindowTokens,
    groupTokens: Math.max(
      3 + thoughtTokens + thinking.thought_tokens,
      2 + thinking.question_tokens + answerTokens,
    ),
  });
}
