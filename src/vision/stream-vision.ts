import type { Tensor } from "onnxruntime-node";
import {
  type PositionScheme,
  positionScheme,
  Rotary,
  SegmentBias,
  type UnitPlace,
  type VisualCache,
} from "../cache/mod.ts";
import type { BundleManifest } from "../models/mod.ts";
import { cacheTensors, makeVisualCache, unitMs } from "../models/model-caches.ts";

/** What the encoder carries from unit to unit: the last frame and the running background, and how many it saw. */
export interface EncoderState {
  readonly previous: Float32Array;
  readonly background: Float32Array;
  readonly seen: Float32Array;
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
