import * as ort from "onnxruntime-node";
import { type Attention, type AttentionRow, floats, type Stack } from "../../src/attention/mod.ts";
import type { TextCache } from "../../src/cache/mod.ts";
import { unitMs } from "../../src/models/mod.ts";
import { type EncoderState, type ImageEncoder, type UnitFrames, unitRows } from "../../src/vision/mod.ts";
import type { ModelBench, Video } from "./model-bench.ts";

/** What the ways of doing it have in common: the same weights, in this thread. */
export interface Parts {
  readonly bench: ModelBench;
  readonly encoder: ImageEncoder;
  readonly visual: Stack;
  readonly text: Stack;
  readonly attention: Attention;
  /** The unit that has just arrived. */
  readonly unit: UnitFrames;
}

/** A way to get from a unit's arrival to a thought about it, with so much history behind. */
export interface Baseline {
  readonly name: string;
  /** From the unit's arrival to the logits of its first token. */
  first(): Promise<void>;
  /** One more token. */
  next(): Promise<void>;
  release(): void;
}

/** How long a history is: units seen before, and tokens of thought. */
export interface History {
  readonly units: number;
  readonly tokens: number;
}

const TOKEN = 9;
const ids = (count: number) => new ort.Tensor("int64", new BigInt64Array(count).fill(BigInt(TOKEN)), [count]);

/** What some units' tokens see and write in a cache that is computed anew: each the sink and all before it. */
function rowsAnew({ cache }: Video, units: number): AttentionRow[] {
  const { store } = cache;
  return Array.from({ length: units }, (_, unit) => unit).flatMap((unit) => {
    const own = cache.slotsOf(unit);
    const seen = { slot: 0, count: own.slot + own.count };
    const segments = [{ store, ranges: [seen], position: unit }];
    return Array.from({ length: own.count }, (_, i) => ({
      store,
      slot: own.slot + i,
      position: unit,
      segments,
    }));
  });
}

/** Visual tokens of units whose pixels were encoded before. */
function remembered({ bench }: Parts, units: number) {
  const rows = units * bench.tokensPerUnit;
  return floats(new Float32Array(rows * bench.width).fill(0.1), rows, bench.width);
}

async function encode({ encoder, unit }: Parts, state: EncoderState): Promise<void> {
  await encoder.encode([{ unit, state }]);
}

/** Rows of the unit that has just arrived, in a cache that holds those before it. */
function rowsOfNext({ bench }: Parts, { cache, scheme, newest }: Video): AttentionRow[] {
  const mediaTimeMs = newest.mediaTimeMs + unitMs(bench.bundle.manifest);
  return unitRows(cache, scheme, { unit: newest.unit + 1, mediaTimeMs });
}

/** thinkalong: the unit is encoded and prefilled on a window that stays where it is; a step a token. */
export function incremental(parts: Parts, { units, tokens }: History): Baseline {
  const { bench, visual, text } = parts;
  const { cache } = bench.bundle.manifest;
  const video = bench.video(Math.min(units, cache.visual_window_units));
  const thoughts = bench.text(Math.min(tokens, cache.text_window_tokens));
  const state = parts.encoder.initialState();
  const step = async () =>
    void (await text.run({ first: { tokens: ids(1) }, rows: bench.rows(video, thoughts) }));
  return {
    name: "thinkalong",
    first: async () => {
      await encode(parts, state);
      await visual.run({ first: { x: remembered(parts, 1) }, rows: rowsOfNext(parts, video) });
      await step();
    },
    next: step,
    release: () => releaseAll(video, thoughts),
  };
}

/** StreamingVLM, `shrink`: the same, but every forward pass rotates all cached keys anew. */
export function rotatingAnew(parts: Parts, history: History): Baseline {
  const { bench, attention, visual, text } = parts;
  const { cache } = bench.bundle.manifest;
  const video = bench.video(Math.min(history.units, cache.visual_window_units));
  const thoughts = bench.text(Math.min(history.tokens, cache.text_window_tokens));
  const state = parts.encoder.initialState();
  const cached = (store: Video["cache"]["store"], slots: number): AttentionRow[] =>
    Array.from({ length: slots }, (_, slot) => ({ store, slot, position: slot, segments: [] }));
  const visualRows = cached(video.cache.store, video.cache.store.slots);
  const allRows = [...visualRows, ...cached(thoughts.store, thoughts.length)];
  const rotate = (rows: readonly AttentionRow[]) => {
    const keys = new Float32Array(3 * rows.length * bench.width).fill(0.1);
    attention.begin(rows);
    for (let layer = 0; layer < bench.shape.layers; layer++) attention.write(layer, keys);
  };
  const step = async () => {
    rotate(allRows);
    await text.run({ first: { tokens: ids(1) }, rows: bench.rows(video, thoughts) });
  };
  return {
    name: "all keys re-rotated (StreamingVLM)",
    first: async () => {
      await encode(parts, state);
      rotate(visualRows);
      await visual.run({ first: { x: remembered(parts, 1) }, rows: rowsOfNext(parts, video) });
      await step();
    },
    next: step,
    release: () => releaseAll(video, thoughts),
  };
}

/**
 * Computes the caches anew for every unit, over some history; pixels of earlier units are not encoded again, which is
 * kinder than what is done in practice.
 */
function recomputing(parts: Parts, name: string, { units, tokens }: History, encoded: number): Baseline {
  const { bench, visual, text } = parts;
  const video = bench.video(units);
  const anew = bench.text(0, tokens + 1);
  const thoughts = bench.text(tokens);
  const state = parts.encoder.initialState();
  return {
    name,
    first: async () => {
      for (let i = 0; i < encoded; i++) await encode(parts, state);
      await visual.run({ first: { x: remembered(parts, units) }, rows: rowsAnew(video, units) });
      await text.run({ first: { tokens: ids(tokens + 1) }, rows: bench.rows(video, anew, tokens + 1) });
    },
    next: async () => void (await text.run({ first: { tokens: ids(1) }, rows: bench.rows(video, thoughts) })),
    release: () => {
      releaseAll(video, thoughts);
      anew.release();
    },
  };
}

/** The released code of TaYS: all of the history is prefilled again for every reasoning unit. */
export const fullHistory = (parts: Parts, history: History): Baseline =>
  recomputing(parts, "full history recomputed (TaYS as released)", history, 1);

/** The strongest baseline of StreamingVLM: the window is computed anew for every unit. */
export function windowRecomputed(parts: Parts, { units, tokens }: History): Baseline {
  const { cache } = parts.bench.bundle.manifest;
  const window = {
    units: Math.min(units, cache.visual_sink_units + cache.visual_window_units),
    tokens: Math.min(tokens, cache.text_window_tokens),
  };
  return recomputing(parts, "window recomputed", window, 1);
}

/** A webcam demo: one unit, one request, no history. */
export const stateless = (parts: Parts): Baseline =>
  recomputing(parts, "stateless", { units: 1, tokens: 0 }, 1);

/** SimpleStream: the last four frames, no memory. */
export const lastFour = (parts: Parts): Baseline =>
  recomputing(parts, "last 4 frames (SimpleStream)", { units: 2, tokens: 0 }, 2);

function releaseAll(video: Video, thoughts: TextCache): void {
  video.cache.release();
  thoughts.release();
}
