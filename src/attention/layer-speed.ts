import type { InferenceSession } from "onnxruntime-node";
import type { StackShape } from "../models/mod.ts";
import { floats, openGraph } from "./graph.ts";

/** Runs of a graph, of which the quickest counts: the first ones prepare buffers, and a machine may be busy for a moment. */
const RUNS = 10;

/** How long the graphs of a stack take on this machine (ms). Attention between them is not in it. */
export interface LayerSpeed {
  /** One layer, for so many tokens together. */
  readonly layerMs: (rows: number) => Promise<number>;
  /** The last graph for one token: the last layer's dense half and the head. */
  readonly headMs: () => Promise<number>;
}

/**
 * Opens one layer of a stack and its head, to time them.
 *
 * @param paths of all graphs of the stack; only the second and the last are opened
 * @throws {ModelError} `graph_mismatch`
 */
export async function openLayerSpeed(
  paths: readonly string[],
  { width, heads, kv, deepLayers }: StackShape,
  threads: number,
): Promise<LayerSpeed> {
  const [layer, head] = await Promise.all([
    openGraph(paths[1]!, threads, ["x", "read"], []),
    openGraph(paths.at(-1)!, threads, ["x", "read"], ["logits"]),
  ]);
  const inputs = (rows: number) => ({
    x: floats(new Float32Array(rows * width).fill(0.1), rows, width),
    read: floats(new Float32Array(rows * heads * kv.headWidth).fill(0.1), rows, heads * kv.headWidth),
  });
  const deep = (rows: number) =>
    deepLayers > 0 ? { deep: floats(new Float32Array(rows * width), rows, width) } : {};
  return {
    layerMs: (rows) => quickest(layer, { ...inputs(rows), ...deep(rows) }),
    headMs: () => quickest(head, inputs(1)),
  };
}

async function quickest(graph: InferenceSession, feeds: InferenceSession.OnnxValueMapType): Promise<number> {
  let ms = Number.POSITIVE_INFINITY;
  for (let run = 0; run < RUNS; run++) {
    const startedAt = performance.now();
    await graph.run(feeds);
    ms = Math.min(ms, performance.now() - startedAt);
  }
  return ms;
}
