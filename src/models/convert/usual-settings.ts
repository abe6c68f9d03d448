import type { CheckpointManifest } from "../checkpoint-schema.ts";

/** Visual tokens that a window holds where it is not said how many units it holds. */
const VISUAL_WINDOW_TOKENS = 2048;
const MOST_WINDOW_UNITS = 64;
const FEWEST_WINDOW_UNITS = 4;

/** `cache` of bundle.json for a checkpoint that says nothing of it. */
export function usualCache(vision: CheckpointManifest["vision"]): CheckpointManifest["cache"] {
  return {
    mask: "streamed",
    positions: "contiguous",
    visual_sink_units: 1,
    visual_window_units: windowUnits(vision),
    text_window_tokens: 512,
    text_sink_tokens: 512,
  };
}

/** `thinking` of bundle.json for a checkpoint that was never taught to think while it sees. */
export const USUAL_THINKING: CheckpointManifest["thinking"] = {
  policy: "prompted",
  thought_tokens: 48,
  answer_tokens: 256,
  question_tokens: 256,
};

function windowUnits(vision: CheckpointManifest["vision"]): number {
  if (vision === null) return FEWEST_WINDOW_UNITS;
  const tokens = Math.ceil((vision.sides[0]! / (vision.patch * vision.merge)) ** 2);
  const units = Math.floor(VISUAL_WINDOW_TOKENS / tokens);
  return Math.min(MOST_WINDOW_UNITS, Math.max(FEWEST_WINDOW_UNITS, units));
}
