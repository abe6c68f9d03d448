import { KvMemory, KvStore } from "../cache/mod.ts";
import type { StackShape } from "../models/mod.ts";
import { Attention } from "./attention.ts";
import { floats, openGraph } from "./graph.ts";

/** Runs of a graph, of which the quickest counts: the first ones prepare buffers, and a machine may be busy for a moment. */
const RUNS = 10;

/** How long the parts of a stack take on this machine (ms). */
export interface LayerSpeed {
  /** The graph of one layer, for so many tokens together. */
  readonly layerMs: (rows: number) => Promise<number>;
  /** Attention of one layer, for so many tokens together behind so many cached ones. */
  readonly attentionMs: (rows: number, cached: number) => Promise<number>;
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
  { width, heads, kv, rope, deepLayers }: StackShape,
  threads: number,
): Promise<LayerSpeed> {
  const memory = new KvMemory();
  const one = { ...kv, layers: 1 };
  const attention = await Attention.load(memory, one, { rope, heads, threads });
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
    layerMs: (rows) => {
      const feeds = { ...inputs(rows), ...deep(rows) };
      return quickest(() => layer.run(feeds));
    },
    attentionMs: async (rows, cached) => {
      const store = new KvStore(memory, one, cached + rows);
      const qkv = new Float32Array(rows * (heads + 2 * kv.heads) * kv.headWidth).fill(0.1);
      const ranges = [{ slot: 0, count: cached + rows }];
      const all = Array.from({ length: rows }, (_, i) => {
        const position = cached + i;
        return { store, slot: position, position, segments: [{ store, ranges, position }] };
      });
      try {
        return await quickest(async () => {
          attention.begin(all);
          attention.write(0, qkv);
          await attention.read(0);
        });
      } finally {
        store.release();
      }
    },
    headMs: () => {
      const feeds = inputs(1);
      return quickest(() => head.run(feeds));
    },
  };
}

async function quickest(run: () => Promise<unknown>): Promise<number> {
  let ms = Number.POSITIVE_INFINITY;
  for (let each = 0; each < RUNS; each++) {
    const startedAt = performance.now();
    await run();
    ms = Math.min(ms, performance.now() - startedAt);
  }
  return ms;
}
