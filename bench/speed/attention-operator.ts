import * as ort from "onnxruntime-node";
import type { AttentionRow } from "../../src/attention/mod.ts";
import { modelBytes } from "../../src/models/mod.ts";
import { HEADS, SHAPE } from "./attention-scene.ts";

/**
 * Attention of a prefill by the runtime's own operator for it, GroupQueryAttention, fed with a copy of all that the
 * tokens see. It is the other way to do it, for comparison: it can rotate no query by segments, so it is right only
 * where no segment has moved. Rotation itself is left out here.
 */
export class AttentionOperator {
  private constructor(private readonly session: ort.InferenceSession) {}

  static async open(): Promise<AttentionOperator> {
    const value = (name: string, type: "float32" | "int32", ...dims: (string | number)[]) => ({
      name,
      type,
      dims,
    });
    const { heads, headWidth } = SHAPE;
    const past = ["batch", heads, "cached", headWidth];
    const present = ["batch", heads, "all", headWidth];
    const graph = modelBytes({
      name: "attention",
      inputs: [
        value("query", "float32", "batch", "tokens", HEADS * headWidth),
        value("key", "float32", "batch", "tokens", heads * headWidth),
        value("value", "float32", "batch", "tokens", heads * headWidth),
        value("past_key", "float32", ...past),
        value("past_value", "float32", ...past),
        value("seqlens", "int32", "batch"),
        value("total", "int32"),
      ],
      outputs: [
        value("output", "float32", "batch", "tokens", HEADS * headWidth),
        value("present_key", "float32", ...present),
        value("present_value", "float32", ...present),
      ],
      initializers: [],
      nodes: [
        {
          type: "GroupQueryAttention",
          domain: "com.microsoft",
          inputs: ["query", "key", "value", "past_key", "past_value", "seqlens", "total"],
          outputs: ["output", "present_key", "present_value"],
          attributes: { num_heads: { int: HEADS }, kv_num_heads: { int: heads }, scale: { float: 1 } },
        },
      ],
    });
    const options = { intraOpNumThreads: 1, interOpNumThreads: 1 };
    return new AttentionOperator(await ort.InferenceSession.create(graph, options));
  }

  /** Attention of all layers, with the copies of what the tokens see. */
  async attend(rows: readonly AttentionRow[]): Promise<void> {
    const { layers, heads, headWidth } = SHAPE;
    const tokens = rows.length;
    const seen = rows[0]!.segments.flatMap(({ store, ranges }) =>
      ranges.map(({ slot, count }) => ({ store, slot, count })),
    );
    // The first token sees itself, too.
    const cached = seen.reduce((sum, { count }) => sum + count, -1);
    const own = (width: number) =>
      new ort.Tensor("float32", new Float32Array(tokens * width * headWidth).fill(0.1), [
        1,
        tokens,
        width * headWidth,
      ]);
    const [query, key, value] = [own(HEADS), own(heads), own(heads)];
    const past = [0, 1].map(() => new Float32Array(heads * cached * headWidth)) as [
      Float32Array,
      Float32Array,
    ];
    const asTensor = (data: Float32Array) => new ort.Tensor("float32", data, [1, heads, cached, headWidth]);
    const seqlens = new ort.Tensor("int32", Int32Array.of(cached + tokens - 1), [1]);
    const total = new ort.Tensor("int32", Int32Array.of(cached + tokens), []);
    for (let layer = 0; layer < layers; layer++) {
      for (let head = 0; head < heads; head++) {
        let to = head * cached;
        for (const { store, slot, count } of seen) {
          const { floats } = store.memory;
          const place = layer * store.layerStride + head * store.headStride;
          const least = Math.min(count, (head + 1) * cached - to);
          for (const [i, address] of [store.keyAddress(slot), store.valueAddress(slot)].entries()) {
            const from = (address + place) / 4;
            past[i]!.set(floats.subarray(from, from + least * headWidth), to * headWidth);
          }
          to += least;
        }
      }
      await this.session.run({
        query,
        key,
        value,
        past_key: asTensor(past[0]),
        past_value: asTensor(past[1]),
        seqlens,
        total,
      });
    }
  }
}
