import type { InferenceSession, Tensor } from "onnxruntime-node";
import * as ort from "onnxruntime-node";
import type { KvBlock } from "../cache/mod.ts";
import { floats, openGraph, outputOf } from "../models/graph.ts";
import type { Bundle } from "../models/mod.ts";
import type { StreamVision } from "./stream-vision.ts";

const STATE = ["previous", "background", "seen"] as const;

/** Runs the `see` graph: a unit's pixels and the visual cache in, the unit's keys and values out. */
export class SeeSession {
  private constructor(
    private readonly session: InferenceSession,
    private readonly bundle: Bundle,
  ) {}

  static async open(bundle: Bundle, threads: number): Promise<SeeSession> {
    const inputs = ["frames", "seconds", ...STATE, "rotation", "bias", "visual_key.0", "visual_value.0"];
    const outputs = ["key", "value", ...STATE.map((name) => `${name}_out`)];
    return new SeeSession(await openGraph(bundle.paths.see, threads, inputs, outputs), bundle);
  }

  /**
   * @param frames RGB bytes, `[frames, height, width, 3]`
   * @param seconds from the frame before to each frame
   */
  async run(vision: StreamVision, frames: Uint8Array, seconds: readonly number[]): Promise<KvBlock> {
    const { width, height, frames_per_unit, tokens_per_unit } = this.bundle.manifest.vision;
    const picture = [1, 3, height, width];
    const feeds: Record<string, Tensor> = {
      ...vision.cacheTensors,
      frames: new ort.Tensor("uint8", frames, [1, frames_per_unit, height, width, 3]),
      seconds: floats(Float32Array.from(seconds), 1, frames_per_unit),
      previous: floats(vision.state.previous, ...picture),
      background: floats(vision.state.background, ...picture),
      seen: floats(vision.state.seen, 1),
      rotation: floats(vision.rotation, 1, 1, 2, 2, this.bundle.manifest.transformer.head_width / 2),
      bias: floats(vision.bias.data, 1, 2, vision.bias.slots),
    };
    const out = await this.session.run(feeds);
    const { layers, heads, headWidth } = vision.cache.store.shape;
    const size = layers * heads * tokens_per_unit * headWidth;
    vision.state = {
      previous: outputOf(out, "previous_out", vision.state.previous.length),
      background: outputOf(out, "background_out", vision.state.background.length),
      seen: outputOf(out, "seen_out", 1),
    };
    return { tokens: tokens_per_unit, key: outputOf(out, "key", size), value: outputOf(out, "value", size) };
  }
}
