import * as ort from "onnxruntime-node";
import { type AttentionRow, openGraph } from "../../../src/attention/mod.ts";
import { median } from "../../lib/statistics.ts";
import { type ModelBench, timeInTurn } from "../model-bench.ts";

/** A step's time, part by part (ms). */
export interface StepParts {
  /** Laying out what every token sees. */
  readonly tablesMs: number;
  /** Writing and reading keys and values, all layers. */
  readonly kernelMs: number;
  /** The dense graphs, one after the other. */
  readonly graphsMs: number;
}

/** The parts of a step over some rows, each timed alone. */
export async function stepParts(
  bench: ModelBench,
  rows: readonly AttentionRow[],
  rounds: number,
  signal: AbortSignal,
): Promise<StepParts> {
  const { layers } = bench.shape;
  const attention = await bench.loadAttention();
  const qkv = new Float32Array(3 * rows.length * bench.width).fill(0.1);
  const graphs = await Promise.all(
    bench.bundle.paths.text.map((path, i) =>
      openGraph(path, 1, i === 0 ? ["tokens"] : ["x", "read"], [i < layers ? "qkv" : "logits"]),
    ),
  );
  const tensor = () =>
    new ort.Tensor("float32", new Float32Array(rows.length * bench.width).fill(0.1), [
      rows.length,
      bench.width,
    ]);
  const feeds = { x: tensor(), read: tensor() };
  const tokens = new ort.Tensor("int64", new BigInt64Array(rows.length).fill(9n), [rows.length]);
  const [tablesMs, kernelMs, graphsMs] = (
    await timeInTurn(
      [
        () => attention.begin(rows),
        async () => {
          for (let layer = 0; layer < layers; layer++) {
            attention.write(layer, qkv);
            await attention.read(layer);
          }
        },
        async () => {
          for (const [i, graph] of graphs.entries()) await graph.run(i === 0 ? { tokens } : feeds);
        },
      ],
      rounds,
      signal,
    )
  ).map(median) as [number, number, number];
  return { tablesMs, kernelMs, graphsMs };
}
