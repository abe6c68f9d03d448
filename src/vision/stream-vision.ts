import type { Tensor } from "onnxruntime-node";
import {
  type KvShape,
  type PositionScheme,
  positionScheme,
  Rotary,
  SegmentBias,
  type UnitPlace,
  VisualCache,
} from "../cache/mod.ts";
import { floats } from "../models/graph.ts";
import type { BundleManifest } from "../models/mod.ts";

/** What the encoder carries from unit to unit: the last frame and the running background, and how many it saw. */
export interface EncoderState {
  readonly previous: Float32Array;
  readonly background: Float32Array;
  readonly seen: Float32Array;
}

/** Sizes of a model's keys and values. */
export function kvShape({ transformer }: BundleManifest): KvShape {
  return { layers: transformer.layers, heads: transformer.heads, headWidth: transformer.head_width };
}

/** A unit's nominal duration (ms). */
export function unitMs({ vision }: BundleManifest): number {
  return (1000 * vision.frames_per_unit) / vision.fps;
}

/** An empty visual cache of a model's shape. Units older in time than a full window are out of it. */
export function makeVisualCache(
  manifest: BundleManifest,
  windowUnits: number,
  slackUnits: number,
): VisualCache {
  return new VisualCache({
    shape: kvShape(manifest),
    tokensPerUnit: manifest.vision.tokens_per_unit,
    sinkUnits: manifest.cache.visual_sink_units,
    windowUnits,
    maxAgeMs: (windowUnits + 0.5) * unitMs(manifest),
    slackUnits,
  });
}

/** A cache's arrays as inputs of a graph, by name; made once, read in place at every run. */
export function cacheTensors(
  prefix: string,
  cache: { readonly store: VisualCache["store"] },
): Record<string, Tensor> {
  const { store } = cache;
  const dims = [1, store.shape.heads, store.slots, store.shape.headWidth];
  const tensors: Record<string, Tensor> = {};
  store.keys.forEach((key, layer) => {
    tensors[`${prefix}_key.${layer}`] = floats(key, ...dims);
    tensors[`${prefix}_value.${layer}`] = floats(store.values[layer]!, ...dims);
  });
  return tensors;
}

/** The vision side of one stream: its encoder state and its C_v. */
export class StreamVision {
  readonly cache: VisualCache;
  readonly bias: SegmentBias;
  readonly rotation: Float32Array;
  readonly cacheTensors: Readonly<Record<string, Tensor>>;
  state: EncoderState;
  private readonly scheme: PositionScheme;
  private readonly rotary: Rotary;

  constructor(manifest: BundleManifest, windowUnits: number) {
    this.cache = makeVisualCache(manifest, windowUnits, 0);
    this.bias = new SegmentBias(this.cache.store.slots);
    this.cacheTensors = cacheTensors("visual", this.cache);
    this.scheme = positionScheme(manifest.cache.positions, unitMs(manifest));
    this.rotary = new Rotary(manifest.transformer.head_width, manifest.transformer.rope_base);
    this.rotation = new Float32Array(2 * this.rotary.size);
    const pixels = 3 * manifest.vision.width * manifest.vision.height;
    this.state = {
      previous: new Float32Array(pixels),
      background: new Float32Array(pixels),
      seen: new Float32Array(1),
    };
  }

  /** Sets what the next unit's queries see and where they are rotated. */
  prepare(next: UnitPlace): void {
    const span = this.cache.view(next, this.bias);
    const at = this.scheme.visualQuery(span, null);
    const offset = this.rotary.write(at.window, this.rotation, 0);
    this.rotary.write(at.sink, this.rotation, offset);
  }
}
