import { type KvMemory, TextCache } from "../cache/mod.ts";
import {
  type ChatTemplate,
  type Checkpoint,
  type CheckpointCodec,
  type FamilyVision,
  stackShape,
  type VideoWindow,
} from "../models/mod.ts";
import type { EncodedUnit } from "../vision/mod.ts";
import type { ReportSink } from "./answer-report.ts";
import type { ReasoningOptions } from "./messages.ts";
import type { PromptedTurns } from "./prompted-turns.ts";
import { ThinkerContext } from "./thinker-context.ts";
import { VisualPrefill } from "./visual-prefill.ts";

/** No stream is older than that (s): what has the most digits. */
const LATEST_S = 99 * 3600 + 59 * 60 + 59;

/** What all streams of a published checkpoint share. */
export interface CheckpointParts {
  readonly checkpoint: Checkpoint;
  /** Memory in which the caches are. */
  readonly memory: KvMemory;
  readonly codec: CheckpointCodec;
  readonly vision: FamilyVision;
  readonly template: Pick<ChatTemplate, "opening" | "turn">;
  /** Tokens before the first unit of a stream that can see so much. */
  readonly prefix: (window: VideoWindow) => readonly number[];
}

/** The caches of one stream of a published checkpoint. */
export interface CheckpointCaches {
  readonly visual: VisualPrefill;
  /** Of the narrator. */
  readonly context: ThinkerContext;
}

/**
 * Opens the C_v of a stream and the C_r of its narrator, with the mask and the positions that bundle.json says.
 *
 * @param groupTokens most tokens that a thinker feeds in one group of its C_r
 * @throws {RangeError} when the memory for caches is full; what was taken is given back
 */
export function openCheckpointCaches(
  parts: CheckpointParts,
  turns: PromptedTurns,
  groupTokens: number,
  options: ReasoningOptions,
  sink: ReportSink,
): CheckpointCaches {
  const { checkpoint, memory } = parts;
  const { mask, positions } = checkpoint.manifest.cache;
  const text = new TextCache({
    memory,
    shape: stackShape(checkpoint.manifest).kv,
    sinkTokens: turns.head.length,
    windowTokens: options.textWindowTokens,
    groupTokens,
    positions,
  });
  try {
    const visual = openVisual(parts, mask === "interleaved" ? text : null, options, sink);
    return { visual, context: new ThinkerContext(visual, text) };
  } catch (error) {
    text.release();
    throw error;
  }
}

function openVisual(
  { checkpoint, memory, vision, codec, prefix: prefixOf }: CheckpointParts,
  thoughts: TextCache | null,
  { visualWindowUnits: windowUnits, held: isHeld, looks }: ReasoningOptions,
  sink: ReportSink,
): VisualPrefill {
  const { side, unitMs } = looks!;
  const prefix = prefixOf({ units: checkpoint.manifest.cache.visual_sink_units + windowUnits, unitMs });
  const encode = (text: string) => codec.encode(text);
  const size = { width: side, height: side };
  const late = { seconds: LATEST_S, lastSeconds: LATEST_S };
  const largest = vision.layOut({ unit: 1, size, ...late, start: prefix.length }, encode);
  return new VisualPrefill({
    ...{
      memory,
      manifest: checkpoint.manifest,
      vision,
      encode,
      prefix,
      windowUnits,
      unitMs,
      isHeld,
      thoughts,
    },
    unitTokens: largest.tokens.length,
    onSeen: ({ unit, x, startedAtMs }: EncodedUnit, window) => {
      const times = { startedAtMs, finishedAtMs: sink.now() };
      sink.report({ type: "seen", unit, still: x === null, scene: null, ...times, ...window, windowUnits });
    },
  });
}
