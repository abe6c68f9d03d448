import * as ort from "onnxruntime-node";
import { type AttentionRow, outputOf, Stack } from "../attention/mod.ts";
import { KvMemory } from "../cache/mod.ts";
import type { Bundle } from "../models/mod.ts";

/** What one thinker feeds in one step: tokens, and a row for each of them. */
export interface TextStep {
  readonly tokens: readonly number[];
  readonly rows: readonly AttentionRow[];
}

/** Logits behind every token that was fed, `[vocabulary]` each. They belong to the step and may be written to. */
export type StepLogits = readonly Float32Array[];

/** Runs the text stack: one step takes the tokens of any number of thinkers, of any streams. */
export class TextRunner {
  private constructor(
    /** Memory of this thread, in which the caches are. */
    readonly memory: KvMemory,
    private readonly stack: Stack,
    private readonly vocabulary: number,
  ) {}

  /** @throws {ModelError} `graph_mismatch` */
  static async open(bundle: Bundle, threads: number): Promise<TextRunner> {
    const memory = new KvMemory();
    const options = { threads, memory, input: "tokens", output: "logits" };
    const stack = await Stack.open(bundle.paths.text, bundle.manifest, options);
    return new TextRunner(memory, stack, bundle.manifest.transformer.vocabulary);
  }

  /** Runs the steps of several thinkers as one; results are in the order of the steps. */
  async run(steps: readonly TextStep[]): Promise<StepLogits[]> {
    const tokens = steps.flatMap((step) => step.tokens);
    const rows = steps.flatMap((step) => step.rows);
    const ids = new ort.Tensor("int64", BigInt64Array.from(tokens, BigInt), [tokens.length]);
    const out = await this.stack.run({ tokens: ids }, rows);
    const logits = outputOf(out, "logits", tokens.length * this.vocabulary);
    let row = 0;
    return steps.map((step) =>
      step.tokens.map(() => {
        const from = row++ * this.vocabulary;
        return logits.subarray(from, from + this.vocabulary);
      }),
    );
  }

  /**
   * Makes the memory anew if it has become large and no cache is in it. Must be called between two steps.
   * @returns whether it did; the old memory is then garbage
   */
  trim(): boolean {
    return this.stack.trim();
  }
}
