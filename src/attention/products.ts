import * as ort from "onnxruntime-node";
import { modelBytes } from "../models/mod.ts";
import { floats, sessionOptions } from "./graph.ts";

/** A matrix in a piece of memory that holds it row by row. */
export interface Matrix {
  readonly data: Float32Array;
  readonly rows: number;
  readonly columns: number;
}

/**
 * Products of large matrices by the inference runtime. It has the processor's widest vectors; WebAssembly has four
 * floats. The matrices stay where they are, in the memory of the caches: nothing is copied.
 */
export class Products {
  private constructor(
    private readonly transposed: ort.InferenceSession,
    private readonly straight: ort.InferenceSession,
  ) {}

  static async open(threads: number): Promise<Products> {
    const open = (node: string, transB: number) =>
      ort.InferenceSession.create(graph(node, transB), sessionOptions(threads));
    return new Products(...(await Promise.all([open("Gemm", 1), open("MatMul", 0)])));
  }

  /** to = a · bᵀ */
  async byTransposed(a: Matrix, b: Matrix, to: Matrix): Promise<void> {
    await this.transposed.run({ a: tensor(a), b: tensor(b) }, { to: tensor(to) });
  }

  /** to = a · b */
  async by(a: Matrix, b: Matrix, to: Matrix): Promise<void> {
    await this.straight.run({ a: tensor(a), b: tensor(b) }, { to: tensor(to) });
  }
}

const tensor = ({ data, rows, columns }: Matrix) => floats(data, rows, columns);

function graph(type: string, transB: number): Uint8Array {
  const value = (name: string, ...dims: string[]) => ({ name, type: "float32" as const, dims });
  return modelBytes({
    name: "product",
    inputs: [
      value("a", "rows", "inner"),
      transB ? value("b", "columns", "inner") : value("b", "inner", "columns"),
    ],
    outputs: [value("to", "rows", "columns")],
    initializers: [],
    nodes: [
      {
        type,
        domain: "",
        inputs: ["a", "b"],
        outputs: ["to"],
        attributes: transB ? { transB: { int: transB } } : {},
      },
    ],
  });
}
