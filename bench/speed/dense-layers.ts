import * as ort from "onnxruntime-node";
import { modelBytes } from "../../src/models/mod.ts";
import { HEADS, SHAPE } from "./attention-scene.ts";

/** Of SmolVLM2-256M's text stack, as SmolLM2-135M's. */
const WIDTH = HEADS * SHAPE.headWidth;
const INNER = 1536;
const VOCABULARY = 49_280;

/** Bytes of a weight, and weights of a block that have a scale. */
const BLOCK = 64;

/**
 * The dense parts of a step of a published model: its shapes, weights of 8 bits, no values that mean anything. Norms
 * and activations, which take little time, are left out.
 */
export class DenseLayers {
  private constructor(
    private readonly layers: readonly ort.InferenceSession[],
    private readonly head: ort.InferenceSession,
  ) {}

  static async open(threads: number): Promise<DenseLayers> {
    const qkv = WIDTH + 2 * SHAPE.heads * SHAPE.headWidth;
    const layer = modelOf([
      ["x", "o", WIDTH, WIDTH],
      ["o", "gate", WIDTH, INNER],
      ["o", "up", WIDTH, INNER],
      ["gate", "down", INNER, WIDTH],
      ["down", "qkv", WIDTH, qkv],
    ]);
    const options = { intraOpNumThreads: threads, interOpNumThreads: 1 };
    const layers: ort.InferenceSession[] = [];
    for (let i = 0; i < SHAPE.layers; i++) layers.push(await ort.InferenceSession.create(layer, options));
    const head = await ort.InferenceSession.create(modelOf([["x", "qkv", WIDTH, VOCABULARY]]), options);
    return new DenseLayers(layers, head);
  }

  /** @param between what is done after each layer */
  async run(tokens: number, between: (layer: number, qkv: Float32Array) => Promise<void>): Promise<void> {
    const x = new ort.Tensor("float32", new Float32Array(tokens * WIDTH).fill(0.01), [tokens, WIDTH]);
    for (const [i, layer] of this.layers.entries()) {
      const { qkv } = await layer.run({ x });
      await between(i, qkv!.data as Float32Array);
    }
    await this.head.run({ x });
  }

  /** Gives the weights back. */
  async release(): Promise<void> {
    for (const session of [...this.layers, this.head]) await session.release();
  }
}

type Product = readonly [from: string, to: string, inner: number, outer: number];

/** A graph of some products; its outputs are what no other product takes. */
function modelOf(products: readonly Product[]): Uint8Array {
  const taken = new Set(products.map(([from]) => from));
  const value = (name: string, width: number) => ({
    name,
    type: "float32" as const,
    dims: ["tokens", width],
  });
  return modelBytes({
    name: "dense",
    inputs: [value("x", products[0]![2])],
    outputs: products.filter(([, to]) => !taken.has(to)).map(([, to, , outer]) => value(to, outer)),
    initializers: products.flatMap(([, to, inner, outer]) => {
      const blocks = inner / BLOCK;
      return [
        {
          name: `${to}.weight`,
          type: "uint8" as const,
          dims: [outer, blocks, BLOCK],
          data: Uint8Array.from({ length: outer * inner }, (_, i) => 128 + ((i * 37) % 41) - 20),
        },
        {
          name: `${to}.scale`,
          type: "float32" as const,
          dims: [outer * blocks],
          data: new Uint8Array(new Float32Array(outer * blocks).fill(0.002).buffer),
        },
      ];
    }),
    nodes: products.map(([from, to, inner, outer]) => ({
      type: "MatMulNBits",
      domain: "com.microsoft",
      inputs: [from, `${to}.weight`, `${to}.scale`],
      outputs: [to],
      attributes: {
        K: { int: inner },
        N: { int: outer },
        bits: { int: 8 },
        block_size: { int: BLOCK },
        accuracy_level: { int: 4 },
      },
    })),
  });
}
