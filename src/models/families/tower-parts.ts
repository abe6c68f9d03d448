import type { GraphBuilder, Value } from "../convert/graph-builder.ts";
import type { CheckpointTensors } from "../convert/safetensors.ts";
import { reshape, type TensorRef } from "../convert/tensor-ref.ts";

/** Parts of which the towers of all families are built. Values have the shape `[units, patches, width]`. */

const MICROSOFT = { domain: "com.microsoft" };

/** Weight and bias of a layer of a checkpoint. */
export interface WeightAndBias {
  readonly weight: TensorRef;
  readonly bias: TensorRef;
}

/** Weight `[out, in]` and bias `[out]` under a name. */
export function weightAndBias(
  tensors: CheckpointTensors,
  name: string,
  outputs: number,
  inputs: number,
): WeightAndBias {
  return {
    weight: tensors.get(`${name}.weight`, [outputs, inputs]),
    bias: tensors.get(`${name}.bias`, [outputs]),
  };
}

/** `x · weightᵀ + bias` of a layer of a checkpoint. */
export function linearOf(
  graph: GraphBuilder,
  x: Value,
  tensors: CheckpointTensors,
  name: string,
  outputs: number,
  inputs: number,
): Value {
  const { weight, bias } = weightAndBias(tensors, name, outputs, inputs);
  return graph.linear(x, weight, { bias });
}

/** Layer normalisation of a layer of a checkpoint. */
export function layerNormOf(
  graph: GraphBuilder,
  x: Value,
  tensors: CheckpointTensors,
  name: string,
  width: number,
  eps: number,
): Value {
  const [weight, bias] = [tensors.get(`${name}.weight`, [width]), tensors.get(`${name}.bias`, [width])];
  return graph.layerNorm(x, weight, bias, eps);
}

/**
 * Patches to vectors: a convolution whose steps are as long as its kernel, as a matrix product over flat patches. It is
 * one percent of a tower's work and sees the raw picture, so its weights stay as they are.
 *
 * @param kernel its shape in the checkpoint: `[width, 3, (frames,) patch, patch]`
 */
export function embedPatches(
  graph: GraphBuilder,
  patches: Value,
  tensors: CheckpointTensors,
  name: string,
  kernel: readonly number[],
  hasBias: boolean,
): Value {
  const [width, ...rest] = kernel as [number, ...number[]];
  const values = rest.reduce((product, axis) => product * axis, 1);
  const weight = reshape(tensors.get(`${name}.weight`, kernel), [width, values]);
  const bias = hasBias ? { bias: tensors.get(`${name}.bias`, [width]) } : {};
  return graph.linear(patches, weight, { ...bias, weights: "fp32" });
}

/** Attention of all patches of a unit to each other. The runtime's operator never holds the whole table of scores. */
export function attention(graph: GraphBuilder, q: Value, k: Value, v: Value, heads: number): Value {
  return graph.op("MultiHeadAttention", [q, k, v], {
    ...MICROSOFT,
    attributes: { num_heads: { int: heads } },
  });
}

/** Cosines and sines by which patches are rotated: `[patches, head width / 2]`. */
export interface RotaryTables {
  readonly cos: Value;
  readonly sin: Value;
}

/** Base of the angles of every Qwen tower (`rope_theta` of its vision part). */
const ROTARY_BASE = 10_000;

/**
 * Rotation by row and column (Qwen2-VL, section 2.1): half of the pairs of a head turn with the patch's row, half with
 * its column.
 *
 * @param places `[patches, 2]`: the row and the column of each
 */
export function rotaryTables(graph: GraphBuilder, places: Value, headWidth: number): RotaryTables {
  const pairs = headWidth / 4;
  const speeds = Float32Array.from({ length: pairs }, (_, i) => ROTARY_BASE ** -(i / pairs));
  const each = graph.mul(graph.reshape(places, [-1, 2, 1]), graph.constant(speeds, [pairs]));
  const angles = graph.reshape(each, [-1, 2 * pairs]);
  return { cos: graph.op("Cos", [angles]), sin: graph.op("Sin", [angles]) };
}

/** Rotates queries or keys: pair i of a head is its elements i and `head width / 2 + i`. */
export function rotate(graph: GraphBuilder, x: Value, { cos, sin }: RotaryTables, heads: number): Value {
  return graph.op("RotaryEmbedding", [x, graph.ints(0), cos, sin], {
    ...MICROSOFT,
    attributes: { num_heads: { int: heads }, interleaved: { int: 0 } },
  });
}

/** Patches of one visual token, which stand side by side, as one row: `[units, tokens, patches of a token · width]`. */
export function joinPatches(graph: GraphBuilder, x: Value, width: number, merge: number): Value {
  return graph.reshape(x, [0, -1, merge * merge * width]);
}

/** Gives the graph an output of one row a visual token, whatever the number of units. */
export function outputTokens(graph: GraphBuilder, name: string, x: Value, width: number): void {
  graph.output(name, graph.reshape(x, [-1, width]), ["tokens", width]);
}
