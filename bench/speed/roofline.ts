import { statSync } from "node:fs";
import * as ort from "onnxruntime-node";
import { openGraph } from "../../src/attention/mod.ts";
import { median } from "../lib/statistics.ts";
import type { ModelBench } from "./model-bench.ts";
import { timeInTurn } from "./model-bench.ts";

/** What this machine can do on one thread, measured. */
export interface MachineRates {
  /** Bytes a second of reading as much as a decode step reads, again and again. */
  readonly cachedBytesPerS: number;
  /** Bytes a second of reading far more than any cache holds. */
  readonly memoryBytesPerS: number;
  /** Multiply-adds a second of the runtime's matrix product, many rows at a time. */
  readonly macsPerS: number;
}

/** Rows at which a matrix product is bound by arithmetic, and not by reading its weights. */
const MANY_ROWS = 512;

/** Bytes of the text stack's weights, which a step reads whole. */
export function textWeightBytes(bench: ModelBench): number {
  return bench.bundle.paths.text.reduce((sum, path) => sum + statSync(path).size, 0);
}

/** @param workingSet bytes that a decode step reads */
export async function measureRates(
  bench: ModelBench,
  workingSet: number,
  rounds: number,
  signal: AbortSignal,
): Promise<MachineRates> {
  const path = bench.bundle.paths.text[1]!;
  const graph = await openGraph(path, 1, ["x", "read"], ["qkv"]);
  const dims = [MANY_ROWS, bench.width];
  const tensor = () => new ort.Tensor("float32", new Float32Array(MANY_ROWS * bench.width).fill(0.1), dims);
  const feeds = { x: tensor(), read: tensor() };
  // Searching for a byte that is not there is the C library's fastest way through memory: it only reads.
  // Written to, or the system would map one empty page for all of it.
  const [small, large] = [Buffer.alloc(workingSet, 2), Buffer.alloc(2 ** 28, 2)];
  const scan = (bytes: Buffer) => () => void bytes.indexOf(1);
  const timed = async (thing: () => unknown, times: number) =>
    median((await timeInTurn([thing], times, signal))[0]!) / 1000;
  return {
    cachedBytesPerS: small.length / (await timed(scan(small), rounds)),
    memoryBytesPerS: large.length / (await timed(scan(large), 7)),
    // A weight is multiplied once a row.
    macsPerS:
      (MANY_ROWS * statSync(path).size) / 4 / (await timed(() => graph.run(feeds), Math.ceil(rounds / 4))),
  };
}
