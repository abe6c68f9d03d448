import type { InferenceSession, Tensor } from "onnxruntime-node";
import type { KvMemory } from "../cache/mod.ts";
import type { StackShape } from "../models/mod.ts";
import { Attention, type AttentionRow } from "./attention.ts";
import { floats, openGraph, outputOf } from "./graph.ts";
import { requireShapes, stackShapes } from "./graph-shapes.ts";

type Outputs = InferenceSession.OnnxValueMapType;

/** What a step gives a stack beside its rows. */
export interface StackStep {
  /** Input of the first graph, one row for each token. */
  readonly first: Readonly<Record<string, Tensor>>;
  /** Where every token writes and reads. */
  readonly rows: readonly AttentionRow[];
  /** What is added to every token's hidden state after the first layers, `[rows, width]` each (DeepStack). */
  readonly deep?: readonly Float32Array[];
  /** Rows for which the output is wanted, in order; all where it is not given. */
  readonly wanted?: readonly number[];
}

/**
 * A transformer stack, cut at its attentions: dense graphs, and attention over the caches between them. One forward
 * step takes any number of tokens, of any number of thinkers or streams.
 *
 * A stack of L layers has L graphs if only keys and values are wanted, or L + 1 if it has an output.
 */
export class Stack {
  private constructor(
    private readonly graphs: readonly InferenceSession[],
    private readonly attention: Attention,
    private readonly shape: StackShape,
  ) {}

  /**
   * @param paths of its graphs, in order
   * @param input name of the first graph's input
   * @param output name of the last graph's output; null if only keys and values are wanted
   * @throws {ModelError} `graph_mismatch`
   */
  static async open(
    paths: readonly string[],
    shape: StackShape,
    { threads, memory, input, output }: StackOptions,
  ): Promise<Stack> {
    const { layers, kv, heads, rope, deepLayers } = shape;
    const graphs = await Promise.all(
      paths.map(async (path, i) => {
        const inputs = i === 0 ? [input] : ["x", "read"];
        if (i > 0 && i <= deepLayers) inputs.push("deep");
        const graph = await openGraph(path, threads, inputs, [i < layers ? "qkv" : output!]);
        requireShapes(graph, path, stackShapes(shape));
        return graph;
      }),
    );
    return new Stack(graphs, await Attention.load(memory, kv, { rope, heads, threads }), shape);
  }

  /** @returns outputs of the last graph that was run; of the one before when nothing is wanted of the last */
  async run({ first, rows, deep = [], wanted }: StackStep): Promise<Outputs> {
    const { layers, width, heads, kv } = this.shape;
    const [readWidth, qkvWidth] = [heads * kv.headWidth, (heads + 2 * kv.heads) * kv.headWidth];
    this.attention.begin(rows);
    let out = await this.graphs[0]!.run(first);
    let x = out.x_out ?? first.x!;
    for (let layer = 0; layer < layers; layer++) {
      this.attention.write(layer, outputOf(out, "qkv", rows.length * qkvWidth));
      const following = this.graphs[layer + 1];
      const isLast = layer + 1 === layers;
      if (following === undefined || (isLast && wanted?.length === 0)) break;
      let read = floats(await this.attention.read(layer), rows.length, readWidth);
      if (isLast && wanted !== undefined) {
        x = someRows(x, wanted, width);
        read = someRows(read, wanted, readWidth);
      }
      const added = deep[layer];
      out = await following.run({
        x,
        read,
        ...(added === undefined ? {} : { deep: floats(added, rows.length, width) }),
      });
      x = out.x_out ?? x;
    }
    return out;
  }

  /** See {@link Attention.trim}. Must be called between two steps. */
  trim(): boolean {
    return this.attention.trim();
  }
}

export interface StackOptions {
  readonly threads: number;
  readonly memory: KvMemory;
  readonly input: string;
  readonly output: string | null;
}

/** Some rows of `[rows, width]`, in order; the tensor itself when they are all. */
function someRows(tensor: Tensor, wanted: readonly number[], width: number): Tensor {
  if (tensor.dims[0] === wanted.length) return tensor;
  const all = tensor.data as Float32Array;
  const some = new Float32Array(wanted.length * width);
  wanted.forEach((row, i) => {
    some.set(all.subarray(row * width, (row + 1) * width), i * width);
  });
  return floats(some, wanted.length, width);
}
