import type { InferenceSession, Tensor } from "onnxruntime-node";
import type { KvMemory } from "../cache/mod.ts";
import { type BundleManifest, kvShape } from "../models/mod.ts";
import { Attention, type AttentionRow } from "./attention.ts";
import { floats, openGraph, outputOf } from "./graph.ts";
import { requireShapes, stackShapes } from "./graph-shapes.ts";

type Outputs = InferenceSession.OnnxValueMapType;

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
    private readonly layers: number,
    private readonly width: number,
  ) {}

  /**
   * @param paths of its graphs, in order
   * @param input name of the first graph's input
   * @param output name of the last graph's output; null if only keys and values are wanted
   * @throws {ModelError} `graph_mismatch`
   */
  static async open(
    paths: readonly string[],
    manifest: BundleManifest,
    { threads, memory, input, output }: StackOptions,
  ): Promise<Stack> {
    const { layers, heads, head_width, rope_base } = manifest.transformer;
    const graphs = await Promise.all(
      paths.map(async (path, i) => {
        const inputs = i === 0 ? [input] : ["x", "read"];
        const graph = await openGraph(path, threads, inputs, [i < layers ? "qkv" : output!]);
        requireShapes(graph, path, stackShapes(manifest));
        return graph;
      }),
    );
    const attention = await Attention.load(memory, kvShape(manifest), { rope: { base: rope_base } });
    return new Stack(graphs, attention, layers, heads * head_width);
  }

  /**
   * @param first input of the first graph, one row for each token
   * @param rows where every token writes and reads
   * @returns outputs of the last graph
   */
  async run(first: Readonly<Record<string, Tensor>>, rows: readonly AttentionRow[]): Promise<Outputs> {
    this.attention.begin(rows);
    let out = await this.graphs[0]!.run(first);
    let x = out.x_out ?? first.x!;
    for (let layer = 0; layer < this.layers; layer++) {
      this.attention.write(layer, outputOf(out, "qkv", 3 * rows.length * this.width));
      const following = this.graphs[layer + 1];
      if (following === undefined) break;
      const read = floats(this.attention.read(layer), rows.length, this.width);
      out = await following.run({ x, read });
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
