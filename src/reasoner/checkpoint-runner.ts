import { floats, outputOf, Stack } from "../attention/mod.ts";
import { KvMemory, KvStore } from "../cache/mod.ts";
import { type Checkpoint, EmbeddingTable, type StackShape, stackShape } from "../models/mod.ts";
import type { StepSpeed } from "./messages.ts";
import type { StepLogits, StepRunner, TextStep, VisualToken } from "./step.ts";

/** Many, because a machine that is busy for a moment must not decide how a model looks for days. */
const TRIAL_RUNS = 10;
const NONE = new Float32Array(0);

/** Runs the only stack of a published checkpoint: text and visual tokens of any streams in one step. */
export class CheckpointRunner implements StepRunner {
  private constructor(
    readonly memory: KvMemory,
    private readonly stack: Stack,
    private readonly embeddings: EmbeddingTable,
    private readonly shape: StackShape,
  ) {}

  /** @throws {ModelError} `graph_mismatch` */
  static async open(checkpoint: Checkpoint, threads: number): Promise<CheckpointRunner> {
    const memory = new KvMemory();
    const shape = stackShape(checkpoint.manifest);
    const options = { threads, memory, input: "x", output: "logits" };
    const stack = await Stack.open(checkpoint.paths.text, shape, options);
    return new CheckpointRunner(memory, stack, new EmbeddingTable(checkpoint), shape);
  }

  async run(steps: readonly TextStep[]): Promise<StepLogits[]> {
    const tokens = steps.flatMap((step) => step.tokens);
    const rows = steps.flatMap((step) => step.rows);
    const wanted = steps.flatMap(({ tokens, wanted = 0 }) => tokens.map((_, i) => i >= wanted));
    const x = floats(this.hiddenStates(tokens), tokens.length, this.shape.width);
    const out = await this.stack.run({
      first: { x },
      rows,
      deep: this.deepFeatures(tokens),
      wanted: wanted.flatMap((isWanted, row) => (isWanted ? [row] : [])),
    });
    const { vocabulary } = this.shape;
    const count = wanted.filter((isWanted) => isWanted).length;
    const logits = count === 0 ? NONE : outputOf(out, "logits", count * vocabulary);
    let [row, next] = [0, 0];
    return steps.map((step) =>
      step.tokens.map(() => {
        if (!wanted[row++]) return NONE;
        const from = next++ * vocabulary;
        return logits.subarray(from, from + vocabulary);
      }),
    );
  }

  /** How long steps take here: one of many rows without logits, and one of a row with them. */
  async measure(rows: number): Promise<StepSpeed> {
    const store = new KvStore(this.memory, this.shape.kv, rows);
    try {
      const rowsOf = (count: number) =>
        Array.from({ length: count }, (_, slot) => ({
          store,
          slot,
          position: slot,
          segments: [{ store, ranges: [{ slot: 0, count: slot + 1 }], position: slot }],
        }));
      const step = (count: number, wanted: number): TextStep => ({
        tokens: new Array(count).fill(0),
        rows: rowsOf(count),
        wanted,
      });
      const [prefill, decode] = [await this.time(step(rows, rows)), await this.time(step(1, 0))];
      return { rowMs: prefill / rows, tokenMs: decode };
    } finally {
      store.release();
    }
  }

  trim(): boolean {
    return this.stack.trim();
  }

  /** The quickest of some runs; the first ones prepare buffers. */
  private async time(step: TextStep): Promise<number> {
    let ms = Number.POSITIVE_INFINITY;
    for (let run = 0; run < TRIAL_RUNS; run++) {
      const startedAt = performance.now();
      await this.run([step]);
      ms = Math.min(ms, performance.now() - startedAt);
    }
    return ms;
  }

  private hiddenStates(tokens: readonly (number | VisualToken)[]): Float32Array {
    const { width } = this.shape;
    const x = new Float32Array(tokens.length * width);
    tokens.forEach((token, i) => {
      if (typeof token === "number") this.embeddings.read(token, x, i * width);
      else x.set(token.x, i * width);
    });
    return x;
  }

  /** What is added after the first layers, `[rows, width]` each; 0 where nothing is. */
  private deepFeatures(tokens: readonly (number | VisualToken)[]): Float32Array[] {
    const { width, deepLayers } = this.shape;
    return Array.from({ length: deepLayers }, (_, layer) => {
      const added = new Float32Array(tokens.length * width);
      tokens.forEach((token, i) => {
        if (typeof token !== "number") added.set(token.deep[layer]!, i * width);
      });
      return added;
    });
  }
}
