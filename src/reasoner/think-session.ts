import type { InferenceSession, Tensor } from "onnxruntime-node";
import * as ort from "onnxruntime-node";
import { HIDDEN, type KvBlock, type QueryPositions, Rotary } from "../cache/mod.ts";
import { floats, openGraph, outputOf } from "../models/graph.ts";
import type { Bundle } from "../models/mod.ts";

/** One forward step of one thinker. */
export interface ThinkStep {
  /** Ids of the new tokens. */
  readonly tokens: readonly number[];
  /** Where each new token's query looks at the video from. */
  readonly visual: readonly QueryPositions[];
  /** Where each new token stands in its own text; `window` is also its key's position. */
  readonly text: readonly QueryPositions[];
  readonly visualBias: Float32Array;
  readonly textBias: Float32Array;
  /** Both caches' arrays, by input name. */
  readonly caches: Readonly<Record<string, Tensor>>;
}

export interface ThinkResult {
  /** Of the last new token, `[vocabulary]`; the step's own copy. */
  readonly logits: Float32Array;
  readonly kv: KvBlock;
}

/** New tokens see themselves and those before them: `[tokens, tokens]`. */
function causal(tokens: number): Float32Array {
  const bias = new Float32Array(tokens * tokens);
  for (let q = 0; q < tokens; q++) bias.fill(HIDDEN, q * tokens + q + 1, (q + 1) * tokens);
  return bias;
}

/** Runs the `think` graph: tokens and both caches in, logits and the tokens' keys and values out. */
export class ThinkSession {
  private readonly rotary: Rotary;

  private constructor(
    private readonly session: InferenceSession,
    private readonly bundle: Bundle,
  ) {
    const { head_width, rope_base } = bundle.manifest.transformer;
    this.rotary = new Rotary(head_width, rope_base);
  }

  static async open(bundle: Bundle, threads: number): Promise<ThinkSession> {
    const inputs = [
      "tokens",
      "visual_rotation",
      "text_rotation",
      "visual_bias",
      "text_bias",
      "self_bias",
      "text_key.0",
    ];
    return new ThinkSession(
      await openGraph(bundle.paths.think, threads, inputs, ["logits", "key", "value"]),
      bundle,
    );
  }

  async run(step: ThinkStep): Promise<ThinkResult> {
    const count = step.tokens.length;
    const { head_width, vocabulary } = this.bundle.manifest.transformer;
    const rotations = (positions: readonly QueryPositions[]) => {
      const data = new Float32Array(count * 2 * this.rotary.size);
      let offset = 0;
      for (const at of positions) {
        offset = this.rotary.write(at.window, data, offset);
        offset = this.rotary.write(at.sink, data, offset);
      }
      return floats(data, 1, count, 2, 2, head_width / 2);
    };
    const ids = BigInt64Array.from(step.tokens, BigInt);
    const out = await this.session.run({
      ...step.caches,
      tokens: new ort.Tensor("int64", ids, [1, count]),
      visual_rotation: rotations(step.visual),
      text_rotation: rotations(step.text),
      visual_bias: floats(step.visualBias, 1, 2, step.visualBias.length / 2),
      text_bias: floats(step.textBias, 1, 2, step.textBias.length / 2),
      self_bias: floats(causal(count), 1, count, count),
    });
    const { layers, heads } = this.bundle.manifest.transformer;
    const size = layers * heads * count * head_width;
    const logits = outputOf(out, "logits", count * vocabulary);
    return {
      logits: logits.slice((count - 1) * vocabulary),
      kv: { tokens: count, key: outputOf(out, "key", size), value: outputOf(out, "value", size) },
    };
  }
}
