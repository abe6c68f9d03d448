import * as ort from "onnxruntime-node";
import { axesOf, type Position } from "../../src/cache/mod.ts";
import type { Checkpoint } from "../../src/models/mod.ts";

/** Other tokens that a token sees, and the position of its query when it looks at them. */
export interface Sight {
  readonly others: readonly number[];
  readonly position: Position;
}

/** A token of the whole history. */
export interface HistoryToken {
  readonly x: Float32Array;
  /** What is added after the first layers. */
  readonly deep: readonly Float32Array[];
  /** Position of its key. */
  readonly position: Position;
  /** What it sees, itself included. */
  readonly sights: readonly Sight[];
}

/**
 * One dense forward pass over a whole history, in which each token sees exactly what its sights say. Attention is in
 * float64 and shares no code with the product: no caches, no rings, no kernel. The dense graphs are the product's own;
 * that they are right is proven against transformers elsewhere (test/models/convert).
 *
 * @returns logits of every token
 */
export async function maskedDense(
  checkpoint: Checkpoint,
  history: readonly HistoryToken[],
): Promise<Float32Array[]> {
  const { transformer } = checkpoint.manifest;
  const { width, heads, head_width, vocabulary, deep_layers } = transformer;
  const graphs = await Promise.all(
    checkpoint.paths.text.map((path) => ort.InferenceSession.create(path, { intraOpNumThreads: 1 })),
  );
  const count = history.length;
  const tensor = (rows: readonly Float32Array[], columns: number) => {
    const data = new Float32Array(count * columns);
    rows.forEach((row, i) => {
      data.set(row, i * columns);
    });
    return new ort.Tensor("float32", data, [count, columns]);
  };
  let x: ort.Tensor = tensor(
    history.map((token) => token.x),
    width,
  );
  let out = await graphs[0]!.run({ x });
  for (let layer = 0; layer < transformer.layers; layer++) {
    const read = attend(checkpoint, history, out.qkv!.data as Float32Array);
    const inputs: Record<string, ort.Tensor> = { x, read: tensor(read, heads * head_width) };
    const nothing = new Float32Array(width);
    if (layer < deep_layers) {
      const added = history.map(({ deep }) => deep[layer] ?? nothing);
      inputs.deep = tensor(added, width);
    }
    out = await graphs[layer + 1]!.run(inputs);
    x = (out.x_out as ort.Tensor | undefined) ?? x;
  }
  const logits = out.logits!.data as Float32Array;
  return history.map((_, i) => logits.subarray(i * vocabulary, (i + 1) * vocabulary));
}

/** Attention of one layer: `[heads · headWidth]` of every token. */
function attend(checkpoint: Checkpoint, history: readonly HistoryToken[], qkv: Float32Array): Float32Array[] {
  const { heads, kv_heads, head_width: size } = checkpoint.manifest.transformer;
  const columns = (heads + 2 * kv_heads) * size;
  const wide = Float64Array.from(qkv);
  const turn = turner(checkpoint);
  const keys = new Float64Array(history.length * kv_heads * size);
  history.forEach(({ position }, token) => {
    for (let head = 0; head < kv_heads; head++)
      turn(wide, token * columns + (heads + head) * size, position, keys, (token * kv_heads + head) * size);
  });
  const query = new Float64Array(size);
  const sum = new Float64Array(size);
  return history.map(({ sights }, token) => {
    const read = new Float32Array(heads * size);
    const seen = sights.flatMap(({ others }) => others);
    const scores = new Float64Array(seen.length);
    for (let head = 0; head < heads; head++) {
      const kv = Math.floor((head * kv_heads) / heads);
      let next = 0;
      for (const { others, position } of sights) {
        turn(wide, token * columns + head * size, position, query, 0);
        for (const other of others) {
          const key = (other * kv_heads + kv) * size;
          let score = 0;
          for (let i = 0; i < size; i++) score += keys[key + i]! * query[i]!;
          scores[next++] = score;
        }
      }
      const most = scores.reduce((a, b) => Math.max(a, b));
      let total = 0;
      sum.fill(0);
      for (let k = 0; k < seen.length; k++) {
        const weight = Math.exp(scores[k]! - most);
        total += weight;
        const value = seen[k]! * columns + (heads + kv_heads + kv) * size;
        for (let i = 0; i < size; i++) sum[i]! += weight * wide[value + i]!;
      }
      for (let i = 0; i < size; i++) read[head * size + i] = sum[i]! / total;
    }
    return read;
  });
}

/** Turns pairs (i, i + half a head) by the position on the axis that the pair belongs to. */
function turner(checkpoint: Checkpoint) {
  const { head_width: size, rope } = checkpoint.manifest.transformer;
  const { base, sections, interleaved } = rope;
  const half = size / 2;
  const axisOf = (pair: number): 0 | 1 | 2 => {
    if (sections === undefined) return 0;
    if (!interleaved) return pair < sections[0] ? 0 : pair < sections[0] + sections[1] ? 1 : 2;
    const axis = (pair % 3) as 0 | 1 | 2;
    return axis > 0 && pair < 3 * sections[axis] ? axis : 0;
  };
  const pairs = Array.from({ length: half }, (_, pair) => ({
    axis: axisOf(pair),
    frequency: base ** (-pair / half),
  }));
  return (from: Float64Array, at: number, position: Position, to: Float64Array, target: number): void => {
    const axes = axesOf(position);
    pairs.forEach(({ axis, frequency }, pair) => {
      const angle = axes[axis] * frequency;
      const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
      const [a, b] = [from[at + pair]!, from[at + pair + half]!];
      to[target + pair] = a * cos - b * sin;
      to[target + pair + half] = b * cos + a * sin;
    });
  };
}
