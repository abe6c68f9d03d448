import { floats, outputOf, Stack } from "../attention/mod.ts";
import { KvMemory, KvStore, type SlotRange } from "../cache/mod.ts";
import { type Checkpoint, EmbeddingTable, type StackShape, stackShape } from "../models/mod.ts";
import type { CachedTime, StepSpeed } from "./messages.ts";
import type { StepLogits, StepRunner, TextStep, VisualToken } from "./step.ts";

/** Many, because a machine that is busy for a moment must not decide how a model looks for days. */
const TRIAL_RUNS = 10;
/** Of a large model, whose runs take seconds, fewer: they are less often disturbed, and nobody waits for minutes. */
const FEWEST_RUNS = 3;
const TRIAL_MS = 2000;
/** Cached tokens of the second trial: about what half a minute of video and the thoughts about it take. */
const TRIAL_CACHED = 1024;
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

  /** How long steps take here, with little cached and with much: one of many rows without logits, and one of a row with them. */
  async measure(rows: number): Promise<StepSpeed> {
    const store = new KvStore(this.memory, this.shape.kv, TRIAL_CACHED + rows);
    const rowMs = async (cached: number) =>
      (await this.time(trialStep(store, cached, { rows, wanted: rows }))) / rows;
    const tokenMs = (cached: number) => this.time(trialStep(store, cached, { rows: 1, wanted: 0 }));
    try {
      return {
        rowMs: growing(await rowMs(0), await rowMs(TRIAL_CACHED)),
        tokenMs: growing(await tokenMs(0), await tokenMs(TRIAL_CACHED)),
      };
    } finally {
      store.release();
    }
  }

  trim(): boolean {
    return this.stack.trim();
  }

  /** The quickest of some runs (ms); the first ones prepare buffers. */
  private async time(step: TextStep): Promise<number> {
    let ms = Number.POSITIVE_INFINITY;
    const begunAt = performance.now();
    for (let run = 0; run < TRIAL_RUNS; run++) {
      const startedAt = performance.now();
      if (run >= FEWEST_RUNS && startedAt - begunAt > TRIAL_MS) break;
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

/** A step of rows behind so many cached tokens. */
function trialStep(
  store: KvStore,
  cached: number,
  { rows, wanted }: { readonly rows: number; readonly wanted: number },
): TextStep {
  return {
    tokens: new Array(rows).fill(0),
    rows: Array.from({ length: rows }, (_, i) => {
      const slot = cached + i;
      const segment = (ranges: SlotRange[]) => ({ store, ranges, position: slot });
      const own = segment([{ slot: cached, count: i + 1 }]);
      return {
        store,
        slot,
        position: slot,
        segments: cached === 0 ? [own] : [segment([{ slot: 0, count: cached }]), own],
      };
    }),
    wanted,
  };
}

/** @param much with {@link TRIAL_CACHED} cached tokens. It is no less than with none, whatever was measured. */
function growing(little: number, much: number): CachedTime {
  return { base: little, each: Math.max(0, much - little) / TRIAL_CACHED };
}
