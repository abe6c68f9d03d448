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

/** Tokens that only a checkpoint has that writes `<think>…</think>` and then `<response>…` or `<silent>` about each unit. */
const THINK_RESPOND_TOKENS = ["<think>", "</think>", "<response>", "<silent>"];

/** What ThinkStream was trained with: the last 20 chunks of video and all text, and positions that grow. */
const THINK_RESPOND: TrainedSettings = {
  cache: {
    mask: "interleaved",
    positions: "growing",
    visual_sink_units: 0,
    visual_window_units: 20,
    text_window_tokens: 4096,
  },
  thinking: { policy: "think-respond" },
};

/** How a checkpoint was trained to think while it sees, where that differs from what is usual. */
export interface TrainedSettings {
  readonly cache: Partial<CheckpointManifest["cache"]>;
  readonly thinking: Partial<CheckpointManifest["thinking"]>;
}

/**
 * How a checkpoint was trained to think while it sees, by the names of its tokens: whoever trains a model to write such
 * tokens adds them to the tokenizer, whatever the checkpoint is called and whoever trained it further.
 */
export function trainedSettings(tokens: ReadonlyMap<string, number>): TrainedSettings {
  return THINK_RESPOND_TOKENS.every((name) => tokens.has(name)) ? THINK_RESPOND : { cache: {}, thinking: {} };
}

function windowUnits(vision: CheckpointManifest["vision"]): number {
  if (vision === null) return FEWEST_WINDOW_UNITS;
  const tokens = Math.ceil((vision.sides[0]! / (vision.patch * vision.merge)) ** 2);
  const units = Math.floor(VISUAL_WINDOW_TOKENS / tokens);
  return Math.min(MOST_WINDOW_UNITS, Math.max(FEWEST_WINDOW_UNITS, units));
}
