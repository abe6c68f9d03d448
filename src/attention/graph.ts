import * as ort from "onnxruntime-node";
import { ModelError } from "../models/mod.ts";

/**
 * Options of a session with so many threads.
 *
 * A stack is many small graphs, each with threads of its own. Threads that wait for work by spinning would take the
 * processor from the threads of the next graph: with 31 sessions of two threads a step took 142 ms instead of 6.
 */
export function sessionOptions(threads: number): ort.InferenceSession.SessionOptions {
  return {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: "sequential",
    graphOptimizationLevel: "all",
    extra: { session: { intra_op: { allow_spinning: "0" } } },
  };
}

/**
 * Opens an ONNX graph for the calling thread: `run()` computes on the thread that calls it.
 *
 * @param inputs names of inputs that the graph must have
 * @throws {ModelError} `graph_mismatch`
 */
export async function openGraph(
  path: string,
  threads: number,
  inputs: readonly string[],
  outputs: readonly string[],
): Promise<ort.InferenceSession> {
  let session: ort.InferenceSession;
  try {
    session = await ort.InferenceSession.create(path, sessionOptions(threads));
  } catch (cause) {
    throw new ModelError(
      "graph_mismatch",
      `${path} cannot be loaded (${(cause as Error).message}). Export the bundle again.`,
      cause,
    );
  }
  const missing = [
    ...inputs.filter((name) => !session.inputNames.includes(name)),
    ...outputs.filter((name) => !session.outputNames.includes(name)),
  ];
  if (missing.length > 0) {
    throw new ModelError("graph_mismatch", `${path} has no ${missing.join(", ")}. Export the bundle again.`);
  }
  return session;
}

/** Wraps an array as a tensor without copying it. The runtime reads the array when it runs. */
export function floats(data: Float32Array, ...dims: number[]): ort.Tensor {
  return new ort.Tensor("float32", data, dims);
}

/**
 * The data of an output. Its length must be the one that the manifest implies.
 * @throws {ModelError} `graph_mismatch`
 */
export function outputOf(
  outputs: ort.InferenceSession.OnnxValueMapType,
  name: string,
  length: number,
): Float32Array {
  const data = outputs[name]!.data as Float32Array;
  if (data.length === length) return data;
  const message = `The graph's ${name} has ${data.length} numbers, and bundle.json implies ${length}. Export the bundle again.`;
  throw new ModelError("graph_mismatch", message);
}

/** Pieces of equal size, one after the other, as one array; the piece itself where there is only one. */
export function joinPieces<T extends Float32Array | Uint8Array>(pieces: readonly T[]): T {
  const [first] = pieces as [T];
  if (pieces.length === 1) return first;
  const length = pieces.length * first.length;
  const whole = first instanceof Float32Array ? new Float32Array(length) : new Uint8Array(length);
  pieces.forEach((piece, i) => {
    whole.set(piece, i * first.length);
  });
  return whole as T;
}
