import type { Weight } from "./weights.ts";

/**
 * The network as one dense forward pass over a whole history, in float64, written from the definitions: no cache,
 * no segments, no rotated queries. Which key a query sees, and at which distance, is given for every pair.
 */

type Vector = Float64Array;

/** What a query sees: the key's index and the relative position (query minus key). */
export interface Sight {
  readonly key: number;
  readonly distance: number;
}

export interface DenseSizes {
  readonly layers: number;
  readonly heads: number;
  readonly headWidth: number;
  readonly ropeBase: number;
}

function linear(weight: Weight, x: Vector, bias?: Weight): Vector {
  const [rows, columns] = weight.shape as [number, number];
  const y = new Float64Array(rows);
  for (let r = 0; r < rows; r++) {
    let sum = bias?.data[r] ?? 0;
    for (let c = 0; c < columns; c++) sum += weight.data[r * columns + c]! * x[c]!;
    y[r] = sum;
  }
  return y;
}

function rmsNorm(weight: Weight, x: Vector): Vector {
  const scale = 1 / Math.sqrt(x.reduce((sum, v) => sum + v * v, 0) / x.length + 1e-5);
  return x.map((v, i) => v * scale * weight.data[i]!);
}

/** Abramowitz & Stegun 7.1.26 is not exact enough; this series and continued fraction are (to 1e-15). */
function erf(x: number): number {
  const z = Math.abs(x);
  if (z > 6) return Math.sign(x);
  if (z < 2.5) {
    let term = z;
    let sum = z;
    for (let n = 1; n < 80; n++) {
      term *= (-z * z) / n;
      sum += term / (2 * n + 1);
    }
    return (Math.sign(x) * 2 * sum) / Math.sqrt(Math.PI);
  }
  let fraction = 0;
  for (let k = 60; k > 0; k--) fraction = k / 2 / (z + fraction);
  return Math.sign(x) * (1 - Math.exp(-z * z) / (Math.sqrt(Math.PI) * (z + fraction)));
}

const gelu = (x: number) => 0.5 * x * (1 + erf(x / Math.SQRT2));

const add = (a: Vector, b: Vector): Vector => a.map((v, i) => v + b[i]!);

/** Keys and values of all tokens of a stack, per layer: un-rotated. */
export interface DenseKv {
  readonly keys: Vector[][];
  readonly values: Vector[][];
}

export class DenseStack {
  constructor(
    private readonly weight: (name: string) => Weight,
    private readonly name: "visual" | "text",
    private readonly sizes: DenseSizes,
  ) {}

  /**
   * @param inputs embeddings of the stack's own tokens
   * @param own what each token sees of its own stack, itself included
   * @param other what each token sees of another stack, whose keys and values are given
   * @returns last layer's output, and this stack's keys and values
   */
  run(
    inputs: readonly Vector[],
    own: readonly (readonly Sight[])[],
    other?: { readonly kv: DenseKv; readonly sights: readonly (readonly Sight[])[] },
  ): { outputs: Vector[]; kv: DenseKv } {
    let x = [...inputs];
    const kv: DenseKv = { keys: [], values: [] };
    for (let layer = 0; layer < this.sizes.layers; layer++) {
      const w = (part: string) => this.weight(`${this.name}.layers.${layer}.${part}`);
      const projected = x.map((v) =>
        linear(w("query_key_value.weight"), rmsNorm(w("before_attention.weight"), v)),
      );
      const width = this.sizes.heads * this.sizes.headWidth;
      const keys = projected.map((p) => p.slice(width, 2 * width));
      const values = projected.map((p) => p.slice(2 * width));
      kv.keys.push(keys);
      kv.values.push(values);
      x = x.map((v, i) => {
        const seen = [
          ...own[i]!.map((s) => ({ key: keys[s.key]!, value: values[s.key]!, distance: s.distance })),
          ...(other?.sights[i] ?? []).map((s) => ({
            key: other!.kv.keys[layer]![s.key]!,
            value: other!.kv.values[layer]![s.key]!,
            distance: s.distance,
          })),
        ];
        const read = this.attend(projected[i]!.slice(0, width), seen);
        const mid = add(v, linear(w("outward.weight"), read));
        const hidden = linear(w("up.weight"), rmsNorm(w("before_mlp.weight"), mid), w("up.bias")).map(gelu);
        return add(mid, linear(w("down.weight"), hidden, w("down.bias")));
      });
    }
    return { outputs: x, kv };
  }

  private attend(query: Vector, seen: readonly { key: Vector; value: Vector; distance: number }[]): Vector {
    const { heads, headWidth, ropeBase } = this.sizes;
    const half = headWidth / 2;
    const read = new Float64Array(heads * headWidth);
    for (let head = 0; head < heads; head++) {
      const at = head * headWidth;
      const scores = seen.map(({ key, distance }) => {
        let score = 0;
        for (let i = 0; i < half; i++) {
          // (q1 + i q2) * conj(k1 + i k2) * e^(i * distance * frequency), real part
          const angle = distance * ropeBase ** (-i / half);
          const [q1, q2, k1, k2] = [query[at + i]!, query[at + half + i]!, key[at + i]!, key[at + half + i]!];
          score += (q1 * k1 + q2 * k2) * Math.cos(angle) + (q1 * k2 - q2 * k1) * Math.sin(angle);
        }
        return score / Math.sqrt(headWidth);
      });
      const top = Math.max(...scores);
      const weights = scores.map((s) => Math.exp(s - top));
      const total = weights.reduce((a, b) => a + b, 0);
      seen.forEach(({ value }, j) => {
        for (let i = 0; i < headWidth; i++) read[at + i]! += (weights[j]! / total) * value[at + i]!;
      });
    }
    return read;
  }
}

/** Logits of a text token from the text stack's output. */
export function denseLogits(weight: (name: string) => Weight, output: Vector): Vector {
  return linear(weight("head.weight"), rmsNorm(weight("last.weight"), output));
}

/** Embedding of a token. */
export function embed(weight: (name: string) => Weight, token: number): Vector {
  const table = weight("embedding.weight");
  const width = table.shape[1]!;
  return table.data.slice(token * width, (token + 1) * width);
}
