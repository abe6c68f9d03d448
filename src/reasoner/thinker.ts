import type { Tensor } from "onnxruntime-node";
import type { SegmentBias, TextCache, UnitPlace } from "../cache/mod.ts";
import { cacheTensors } from "../models/model-caches.ts";
import type { StreamEyes } from "./stream-eyes.ts";
import type { ThinkResult, ThinkStep } from "./think-session.ts";

/** Tokens to be fed in one step, and the unit that they look from. */
export interface Feed {
  readonly tokens: readonly number[];
  readonly from: UnitPlace;
}

/**
 * Somebody who thinks about a stream: its own C_r over the stream's shared C_v. The scheduler asks for a step,
 * runs it, and hands back the result; a thinker never runs the model itself.
 */
export abstract class Thinker {
  private readonly bias: SegmentBias;
  private readonly textTensors: Readonly<Record<string, Tensor>>;

  protected constructor(
    protected readonly eyes: StreamEyes,
    protected readonly text: TextCache,
  ) {
    this.bias = eyes.makeBias();
    this.textTensors = cacheTensors("text", text);
  }

  /** What to feed next; null while there is nothing to do. */
  protected abstract feed(): Feed | null;

  /** Takes the logits of the last fed token. The fed tokens are in the cache already. */
  protected abstract decide(logits: Float32Array): void;

  /** Writes the fed tokens' keys and values. */
  protected commit(result: ThinkResult): void {
    this.text.append(result.kv);
  }

  /** The next step on the caches as they are now; null while there is nothing to do. */
  prepare(): ThinkStep | null {
    const feed = this.feed();
    if (feed === null) return null;
    const span = this.eyes.look(feed.from, this.bias);
    const text = feed.tokens.map((_, i) => this.text.query(i));
    return {
      tokens: feed.tokens,
      visual: text.map((at) => this.eyes.query(span, at.window)),
      text,
      visualBias: this.bias.data,
      textBias: this.text.bias.data,
      caches: { ...this.eyes.tensors, ...this.textTensors },
    };
  }

  accept(result: ThinkResult): void {
    this.commit(result);
    this.decide(result.logits);
  }
}
