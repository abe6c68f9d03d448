import * as ort from "onnxruntime-node";
import { type AttentionRow, Stack } from "../attention/mod.ts";
import { KvMemory } from "../cache/mod.ts";
import { outputOf } from "../models/graph.ts";
import type { Bundle } from "../models/mod.ts";

/** What one thinker feeds in one step: tokens, and where each writes and reads. */
export interface TextStep {
  readonly tokens: readonly number[];
  readonly rows: readonly AttentionRow[];
}

/** Logits of every fed token, `[vocabulary]` each; the step's own, to be written to. */
export type StepLogits = readonly Float32Array[];

/** Thinking: tokens of any number of thinkers, of any streams, through the text stack in one step. */
export class TextRunner {
  private constructor(
    /** Where this thread's caches live. */
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

  /** One step of several thinkers together; results in their order. */
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
}
