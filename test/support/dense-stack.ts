import * as ort from "onnxruntime-node";
import type { CheckpointManifest } from "../../src/models/mod.ts";

type Transformer = Pick<CheckpointManifest["transformer"], "heads" | "kv_heads" | "head_width" | "rope">;

/** What is fed to a stack: hidden states of all rows and their positions. */
export interface DenseInput {
  /** `[rows, width]` */
  readonly x: Float32Array;
  readonly width: number;
  /** `[rows]` for each axis: time, row and column. */
  readonly positions: readonly (readonly number[])[];
  /** What is added after the first layers: `[rows, width]` each. */
  readonly deep?: readonly Float32Array[];
}

/** Graphs of a text stack with plain causal attention between them, in float64: slow, and nothing of the product in it. */
export class DenseStack {
  private readonly sessions: readonly ort.InferenceSession[];
  private readonly transformer: Transformer;

  private constructor(sessions: readonly ort.InferenceSession[], transformer: Transformer) {
    this.sessions = sessions;
    this.transformer = transformer;
  }

  static async open(paths: readonly string[], transformer: Transformer): Promise<DenseStack> {
    const open = (path: string) => ort.InferenceSession.create(path, { intraOpNumThreads: 1 });
    return new DenseStack(await Promise.all(paths.map(open)), transformer);
  }

  /** The hidden states after each layer but the last, and the logits of every row. */
  async run({ x, width, positions, deep = [] }: DenseInput): Promise<{
    hidden: Float32Array[];
    logits: Float32Array;
  }> {
    const rows = x.length / width;
    const { heads, head_width: headWidth } = this.transformer;
    const tensor = (data: Float32Array, columns: number) => new ort.Tensor("float32", data, [rows, columns]);
    const hidden: Float32Array[] = [];
    let state = x;
    let { qkv } = (await this.sessions[0]!.run({ x: tensor(x, width) })) as { qkv: ort.Tensor };
    for (const [i, session] of this.sessions.entries()) {
      if (i === 0) continue;
      const read = this.attend(qkv.data as Float32Array, rows, positions);
      const inputs: Record<string, ort.Tensor> = {
        x: tensor(state, width),
        read: tensor(read, heads * headWidth),
      };
      if (session.inputNames.includes("deep")) {
        inputs.deep = tensor(deep[i - 1] ?? new Float32Array(rows * width), width);
      }
      const outputs = await session.run(inputs);
      if (outputs.logits !== undefined) return { hidden, logits: outputs.logits.data as Float32Array };
      state = outputs.x_out!.data as Float32Array;
      hidden.push(state);
      qkv = outputs.qkv!;
    }
    throw new Error("The last graph has no logits.");
  }

  /** Causal attention of all rows over themselves; grouped queries. */
  private attend(qkv: Float32Array, rows: number, positions: DenseInput["positions"]): Float32Array {
    const { heads, kv_heads: kvHeads, head_width: width } = this.transformer;
    const columns = (heads + 2 * kvHeads) * width;
    const vector = (row: number, head: number) =>
      Float64Array.from(qkv.subarray(row * columns + head * width, row * columns + (head + 1) * width));
    const read = new Float32Array(rows * heads * width);
    for (let head = 0; head < heads; head++) {
      const kvHead = heads + Math.floor((head * kvHeads) / heads);
      const keys = Array.from({ length: rows }, (_, row) => this.rotate(vector(row, kvHead), row, positions));
      const values = Array.from({ length: rows }, (_, row) => vector(row, kvHead + kvHeads));
      for (let row = 0; row < rows; row++) {
        const query = this.rotate(vector(row, head), row, positions);
        const scores = keys
          .slice(0, row + 1)
          .map((key) => key.reduce((sum, value, i) => sum + value * query[i]!, 0));
        const most = Math.max(...scores);
        const weights = scores.map((score) => Math.exp(score - most));
        const total = weights.reduce((sum, weight) => sum + weight);
        for (let i = 0; i < width; i++) {
          const sum = weights.reduce((all, weight, other) => all + weight * values[other]![i]!, 0);
          read[(row * heads + head) * width + i] = sum / total;
        }
      }
    }
    return read;
  }

  /** Turns pairs (i, i + half a head) by the position on the axis that the pair belongs to. */
  private rotate(vector: Float64Array, row: number, positions: DenseInput["positions"]): Float64Array {
    const { base, sections, interleaved } = this.transformer.rope;
    const half = vector.length / 2;
    const axis = (pair: number): number => {
      if (sections === undefined) return 0;
      if (!interleaved) return pair < sections[0] ? 0 : pair < sections[0] + sections[1] ? 1 : 2;
      const turn = pair % 3;
      return turn > 0 && pair < 3 * sections[turn]! ? turn : 0;
    };
    const turned = new Float64Array(vector.length);
    for (let pair = 0; pair < half; pair++) {
      const angle = positions[axis(pair)]![row]! * base ** (-pair / half);
      const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
      turned[pair] = vector[pair]! * cos - vector[pair + half]! * sin;
      turned[pair + half] = vector[pair + half]! * cos + vector[pair]! * sin;
    }
    return turned;
  }
}

/** Positions 0, 1, 2 … on all three axes. */
export const inOrder = (rows: number): number[][] => {
  const one = Array.from({ length: rows }, (_, i) => i);
  return [one, one, one];
};
