import { type CheckpointManifest, MOST_CACHE_BYTES, stackShape } from "../../models/mod.ts";
import { SLACK_UNITS } from "../../reasoner/mod.ts";

/** How many units of video a stream keeps. */
export interface WindowPlan {
  readonly units: number;
  /** For people: why these are fewer than what the bundle or the user names; null when they are not. */
  readonly because: string | null;
}

/** Text around the visual tokens of a unit: its time and its marks. */
export const TEXT_TOKENS = 24;
/** With fewer units a shorter window is not chosen for its speed. */
const SHORTEST_UNITS = 8;

/**
 * Chooses the visual window: as the bundle says, or as the user wishes. It never takes more memory than a cache of a
 * stream may. A wish for more than the bundle says is limited by the context that the model was trained for, too.
 *
 * @param visualTokens of a unit
 * @param wish units
 */
export function planWindow(
  manifest: CheckpointManifest,
  visualTokens: number,
  wish?: number | undefined,
): WindowPlan {
  const { cache, thinking, transformer } = manifest;
  const { visual_window_units: usual, visual_sink_units: sink } = cache;
  const { layers, heads, headWidth } = stackShape(manifest).kv;
  const unitTokens = visualTokens + TEXT_TOKENS;
  const unitBytes = unitTokens * 2 * Float32Array.BYTES_PER_ELEMENT * layers * heads * headWidth;
  const inMemory = Math.floor(MOST_CACHE_BYTES / unitBytes) - sink - SLACK_UNITS;
  const { question_tokens: question, answer_tokens: answer } = thinking;
  const text = cache.text_sink_tokens + cache.text_window_tokens + question + answer;
  const inContext = Math.max(usual, Math.floor((transformer.context - text) / unitTokens) - sink);
  const wanted = wish ?? usual;
  const units = Math.max(1, Math.min(wanted, inMemory, inContext));
  if (units === wanted) return { units, because: null };
  const limit =
    inMemory < inContext
      ? `their keys and values would take more than the ${MOST_CACHE_BYTES / 2 ** 30} GiB that a stream may have`
      : `the model was trained for ${transformer.context} tokens in all`;
  return { units, because: `It keeps no ${wanted} units: ${limit}.` };
}

/**
 * Windows that may be tried, the longest first (units). A shorter one makes each step quicker, because attention looks at
 * less. A model that was trained with a window keeps it, and so does whoever wishes for one.
 */
export function windowChoices({ cache }: CheckpointManifest, wish?: number | undefined): number[] {
  if (wish !== undefined) return [wish];
  const choices = [cache.visual_window_units];
  if (cache.mask === "interleaved") return choices;
  for (let units = choices[0]! / 2; units >= SHORTEST_UNITS; units /= 2) choices.push(Math.floor(units));
  return choices;
}
