import * as ort from "onnxruntime-node";
import { outputOf, Stack } from "../attention/mod.ts";
import { KvMemory } from "../cache/mod.ts";
import { type Bundle, stackShape } from "../models/mod.ts";
import type { StepLogits, StepRunner, TextStep } from "./step.ts";

/** Runs the text stack of a model with two stacks. */
export class TextRunner implements StepRunner {
  private constructor(
    readonly memory: KvMemory,
    private readonly stack: Stack,
    private readonly vocabulary: number,
  ) {}

  /** @throws {ModelError} `graph_mismatch` */
  static async open(bundle: Bundle, threads: number): Promise<TextRunner> {
    const memory = new KvMemory();
    const options = { threads, memory, input: "tokens", output: "logits" };
    const stack = await Stack.open(bundle.paths.text, stackShape(bundle.manifest), options);
    return new TextRunner(memory, stack, bundle.manifest.transformer.vocabulary);
  }

  async run(steps: readonly TextStep[]): Promise<StepLogits[]> {
    const tokens = steps.flatMap((step) => step.tokens);
    const rows = steps.flatMap((step) => step.rows);
    const ids = new ort.Tensor("int64", BigInt64Array.from(tokens as number[], BigInt), [tokens.length]);
    const out = await this.stack.run({ first: { tokens: ids }, rows });
    const logits = outputOf(out, "logits", tokens.length * this.vocabulary);
    let row = 0;
    return steps.map((step) =>
      step.tokens.map(() => {
        const from = row++ * this.vocabulary;
        return logits.subarray(from, from + this.vocabulary);
      }),
    );
  }

  trim(): boolean {
    return this.stack.trim();
  }
}
