import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as ort from "onnxruntime-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WEIGHT_WIDTHS } from "../../../src/models/checkpoint-schema.ts";
import { GraphBuilder } from "../../../src/models/convert/graph-builder.ts";
import { blockFormat } from "../../../src/models/convert/linear-weights.ts";
import { quantiseRows } from "../../../src/models/convert/quantise.ts";
import { gaussian } from "../../support/gaussian.ts";
import { restoreRows } from "../../support/restore-rows.ts";
import { tensorOf } from "../../support/tensor-in-memory.ts";

let folder: string;
let count = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "thinkalong-graphs-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function run(
  builder: GraphBuilder,
  inputs: Record<string, { data: Float32Array; dims: number[] }>,
): Promise<ort.InferenceSession.OnnxValueMapType> {
  const path = join(folder, `${count++}.onnx`);
  await builder.write(path);
  const session = await ort.InferenceSession.create(path, { intraOpNumThreads: 1 });
  const tensors = Object.entries(inputs).map(
    ([name, { data, dims }]) => [name, new ort.Tensor("float32", data, dims)] as const,
  );
  return session.run(Object.fromEntries(tensors));
}

/** The length of the difference over that of the expected numbers. */
function distance(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(actual.length).toBe(expected.length);
  let [off, total] = [0, 0];
  for (let i = 0; i < expected.length; i++) {
    off += (actual[i]! - expected[i]!) ** 2;
    total += expected[i]! ** 2;
  }
  return Math.sqrt(off / total);
}

/** `x · wᵀ + bias` */
function linear(x: Float32Array, w: Float32Array, bias: Float32Array, inputs: number): Float64Array {
  const [rows, outputs] = [x.length / inputs, w.length / inputs];
  const y = new Float64Array(rows * outputs);
  for (let r = 0; r < rows; r++) {
    for (let o = 0; o < outputs; o++) {
      let sum = bias[o]!;
      for (let i = 0; i < inputs; i++) sum += x[r * inputs + i]! * w[o * inputs + i]!;
      y[r * outputs + o] = sum;
    }
  }
  return y;
}

describe("a graph that was built", () => {
  // 70 and 100 are no multiples of a block; 24 is too narrow for blocks.
  const cases = WEIGHT_WIDTHS.flatMap((weights) => [128, 100, 70, 24].map((inputs) => ({ weights, inputs })));
  it.each(cases)("multiplies by $weights weights, $inputs inputs", async ({ weights, inputs }) => {
    const outputs = 40;
    const w = gaussian(1, outputs * inputs);
    const bias = gaussian(2, outputs);
    const builder = new GraphBuilder({ weights });
    const x = builder.input("x", "float32", ["rows", inputs]);
    const y = builder.linear(x, tensorOf("w", w, [outputs, inputs]), {
      bias: tensorOf("b", bias, [outputs]),
    });
    builder.output("y", y, ["rows", outputs]);
    for (const rows of [1, 33]) {
      const data = gaussian(3 + rows, rows * inputs);
      const result = await run(builder, { x: { data, dims: [rows, inputs] } });
      const format = blockFormat(weights, inputs);
      const stored = format === null ? w : restoreRows(quantiseRows(w, inputs, format), inputs, format);
      const expected = linear(data, stored, bias, inputs);
      // With weights in blocks the runtime rounds x to eight bits, too.
      expect(distance(result.y!.data as Float32Array, expected)).toBeLessThan(format === null ? 1e-6 : 1e-2);
    }
  });

  it("multiplies whole numbers, and no row makes another one coarse", async () => {
    const [outputs, inputs, rows] = [40, 100, 33];
    const w = gaussian(1, outputs * inputs);
    const bias = gaussian(2, outputs);
    const builder = new GraphBuilder({ weights: "int8" });
    const x = builder.input("x", "float32", ["rows", inputs]);
    const y = builder.linear(x, tensorOf("w", w, [outputs, inputs]), {
      bias: tensorOf("b", bias, [outputs]),
    });
    builder.output("y", y, ["rows", outputs]);
    const data = gaussian(4, rows * inputs);
    // The first row is a thousand times as large as the others, and the last one is all zeros.
    for (let i = 0; i < inputs; i++) data[i]! *= 1000;
    data.fill(0, (rows - 1) * inputs);
    const { y: result } = await run(builder, { x: { data, dims: [rows, inputs] } });
    const actual = result!.data as Float32Array;
    const expected = linear(data, w, bias, inputs);
    const part = (from: number, to: number) =>
      distance(
        actual.subarray(from * outputs, to * outputs),
        expected.subarray(from * outputs, to * outputs),
      );
    expect(part(0, 1)).toBeLessThan(0.02);
    expect(part(1, rows - 1)).toBeLessThan(0.02);
    expect(part(1, rows - 1)).toBeGreaterThan(0.001);
    expect(actual.subarray((rows - 1) * outputs)).toEqual(bias);
  });

  it("has norms, activations and what reshapes", async () => {
    const builder = new GraphBuilder({ weights: "fp32" });
    const x = builder.input("x", "float32", ["rows", 4]);
    const weight = tensorOf("w", Float32Array.of(1, 2, 3, 4), [4]);
    const bias = tensorOf("b", Float32Array.of(0.1, 0.2, 0.3, 0.4), [4]);
    const made = {
      rms: builder.rmsNorm(x, weight, 1e-3),
      layer: builder.layerNorm(x, weight, bias, 1e-3),
      plain: builder.layerNorm(x, weight, null, 1e-3),
      erf: builder.gelu(x, "erf"),
      tanh: builder.gelu(x, "tanh"),
      quick: builder.gelu(x, "quick"),
      silu: builder.silu(x),
      swapped: builder.concat(builder.split(x, [1, 3], 1).reverse(), 1),
      turned: builder.reshape(builder.transpose(x, [1, 0]), [-1, 4]),
      scaled: builder.mul(builder.add(x, builder.weight(weight)), builder.scalar(2)),
    };
    for (const [name, value] of Object.entries(made)) builder.output(name, value, ["rows", 4]);
    const data = Float32Array.of(0.5, -1, 2, -0.25);
    const mean = data.reduce((sum, v) => sum + v) / 4;
    const deviation = Math.sqrt(data.reduce((sum, v) => sum + (v - mean) ** 2, 0) / 4 + 1e-3);
    const root = Math.sqrt(data.reduce((sum, v) => sum + v * v, 0) / 4 + 1e-3);
    const sigmoid = (v: number) => 1 / (1 + Math.exp(-v));
    const expected: Record<keyof typeof made, number[]> = {
      rms: [...data].map((v, i) => (v / root) * (i + 1)),
      layer: [...data].map((v, i) => ((v - mean) / deviation) * (i + 1) + (i + 1) / 10),
      plain: [...data].map((v, i) => ((v - mean) / deviation) * (i + 1)),
      // Φ of 0.5, -1, 2 and -0.25.
      erf: [0.69146246, 0.15865525, 0.97724987, 0.40129367].map((p, i) => p * data[i]!),
      tanh: [...data].map((v) => 0.5 * v * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (v + 0.044715 * v ** 3)))),
      quick: [...data].map((v) => v * sigmoid(1.702 * v)),
      silu: [...data].map((v) => v * sigmoid(v)),
      swapped: [-1, 2, -0.25, 0.5],
      turned: [...data],
      scaled: [...data].map((v, i) => 2 * (v + i + 1)),
    };
    const result = await run(builder, { x: { data, dims: [1, 4] } });
    for (const [name, numbers] of Object.entries(expected)) {
      expect(distance(result[name]!.data as Float32Array, numbers), name).toBeLessThan(2e-6);
    }
  });

  it("says what it wrote, and writes over nothing", async () => {
    const builder = new GraphBuilder({ weights: "fp32" });
    builder.output("y", builder.input("x", "float32", [1]), [1]);
    const path = join(folder, "once.onnx");
    const { bytes, sha256 } = await builder.write(path);
    expect((await stat(path)).size).toBe(bytes);
    expect(builder.byteLength).toBe(bytes);
    expect(
      createHash("sha256")
        .update(await readFile(path))
        .digest("hex"),
    ).toBe(sha256);
    await expect(builder.write(path)).rejects.toMatchObject({ code: "EEXIST" });
    await expect(builder.write(join(folder, "late.onnx"), { signal: AbortSignal.abort() })).rejects.toThrow(
      /abort/,
    );
  });

  it("is refused where no file could hold it", async () => {
    const builder = new GraphBuilder({ weights: "fp32" });
    const x = builder.input("x", "float32", [1, 2 ** 15]);
    const huge = { ...tensorOf("w", new Float32Array(0), [2 ** 15, 2 ** 15]), name: "huge" };
    builder.output("y", builder.linear(x, huge), [1, 2 ** 15]);
    await expect(builder.write(join(folder, "huge.onnx"))).rejects.toMatchObject({
      code: "checkpoint_unsupported",
    });
  });
});
