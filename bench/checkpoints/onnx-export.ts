import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { WeightWidth } from "../../src/models/checkpoint-schema.ts";
import { readCheckpointFolder } from "../../src/models/convert/checkpoint-folder.ts";
import { GraphBuilder, type Value } from "../../src/models/convert/graph-builder.ts";
import { CheckpointTensors } from "../../src/models/convert/safetensors.ts";
import { TextLayers } from "../../src/models/convert/text-graphs.ts";
import { readTextStack, type TextStackSpec } from "../../src/models/convert/text-stack-spec.ts";
import { IDEFICS3_CONVERSION } from "../../src/models/families/idefics3/conversion.ts";
import { Idefics3Graph } from "./pixel-inputs.ts";

export interface OnnxExportOptions {
  /** Folder of a SmolVLM or Idefics3 checkpoint, in the layout of the Hugging Face hub. */
  readonly source: string;
  /** Folder that is filled. */
  readonly target: string;
  readonly weights: Exclude<WeightWidth, "q4">;
  /** Side of the pictures that its eyes take (px): one of those that the checkpoint's bundle has. */
  readonly side: number;
}

/** What the files of a width are called by transformers.js: its `dtype`, and the end of their names. */
export const TRANSFORMERS_JS_DTYPE = {
  fp32: { dtype: "fp32", suffix: "" },
  q8: { dtype: "q8", suffix: "_quantized" },
} as const;

const MICROSOFT = "com.microsoft";

/**
 * Writes a SmolVLM or Idefics3 checkpoint as transformers.js loads it: `onnx/vision_encoder`, `onnx/embed_tokens` and
 * `onnx/decoder_model_merged`, with what the processor reads. The matrices are quantised like those of a bundle of the
 * same width, and the operators are the same, with the runtime's own grouped-query attention and rotation in place of
 * this project's.
 */
export async function exportForTransformersJs(options: OnnxExportOptions): Promise<void> {
  const { source, target, weights, side } = options;
  const folder = await readCheckpointFolder(source);
  const tensors = await CheckpointTensors.open(source);
  try {
    const type = String(folder.config.model_type);
    const kind = IDEFICS3_CONVERSION.modelTypes[type];
    if (kind === undefined)
      throw new Error(`Only SmolVLM and Idefics3 can be exported for transformers.js, and this is ${type}.`);
    const spec = readTextStack(folder.config, kind, (name) => tensors.has(name));
    const eyes = IDEFICS3_CONVERSION.tower(folder)!;
    if (!eyes.vision.sides.includes(side))
      throw new Error(
        `Its pictures may have sides of ${eyes.vision.sides.join(", ")} px, and not ${side} px.`,
      );
    const { suffix } = TRANSFORMERS_JS_DTYPE[weights];
    await mkdir(join(target, "onnx"), { recursive: true });
    const write = (name: string, graph: GraphBuilder) =>
      graph.write(join(target, "onnx", `${name}${suffix}.onnx`));
    const tower = new Idefics3Graph({ weights: weights === "q8" ? "int8" : weights, side, ...eyes.vision });
    eyes.build(tower, tensors);
    await write("vision_encoder", tower);
    await write("embed_tokens", embeddings(spec, tensors));
    await write("decoder_model_merged", decoder(spec, tensors, weights));
    const json = (name: string, content: object) =>
      writeFile(join(target, name), `${JSON.stringify(content, null, 1)}\n`);
    for (const name of ["config.json", "tokenizer.json", "generation_config.json"])
      await copyFile(join(source, name), join(target, name));
    const { chatTemplate, tokenizerConfig } = folder;
    await json("tokenizer_config.json", { ...tokenizerConfig.json, chat_template: chatTemplate });
    const edge = { longest_edge: side };
    await json("preprocessor_config.json", {
      image_processor_type: "SmolVLMImageProcessor",
      processor_class: "SmolVLMProcessor",
      ...{ do_convert_rgb: true, do_normalize: true, do_pad: true, do_rescale: true, do_resize: true },
      ...{ do_image_splitting: false, rescale_factor: 1 / 255, resample: 1 },
      ...{ image_mean: eyes.vision.mean, image_std: eyes.vision.std, max_image_size: edge, size: edge },
    });
    const tokens = (side / (eyes.vision.patch * eyes.vision.merge)) ** 2;
    await json("processor_config.json", { processor_class: "SmolVLMProcessor", image_seq_len: tokens });
  } finally {
    await tensors.close();
  }
}

/** `input_ids [batch, tokens]` → `inputs_embeds [batch, tokens, width]` */
function embeddings(spec: TextStackSpec, tensors: CheckpointTensors): GraphBuilder {
  const graph = new GraphBuilder({ weights: "fp32" });
  const ids = graph.input("input_ids", "int64", ["batch_size", "tokens"]);
  const table = graph.weight(tensors.get(`${spec.prefix}embed_tokens.weight`, [spec.vocabulary, spec.width]));
  graph.output("inputs_embeds", graph.op("Gather", [table, ids]), ["batch_size", "tokens", spec.width]);
  return graph;
}

/**
 * The whole text stack. A prompt and each further token go through it with the keys and values of what came before.
 * `num_logits_to_keep` says of how many tokens at the end logits are wanted; 0: of all.
 */
function decoder(
  spec: TextStackSpec,
  tensors: CheckpointTensors,
  weights: OnnxExportOptions["weights"],
): GraphBuilder {
  const graph = new GraphBuilder({ weights });
  const layers = new TextLayers(spec, (name, ...shape) => tensors.get(name, shape));
  const { width, heads, kvHeads, headWidth } = spec;
  let x = graph.input("inputs_embeds", "float32", ["batch_size", "tokens", width]);
  const attend = attention(graph, spec);
  for (let layer = 0; layer < spec.layers; layer++) {
    const sizes = [heads * headWidth, kvHeads * headWidth, kvHeads * headWidth];
    const [q, k, v] = graph.split(layers.beforeAttention(graph, layer, x), sizes, -1) as [
      Value,
      Value,
      Value,
    ];
    x = layers.afterAttention(graph, layer, x, attend(layer, q, k, v));
  }
  const kept = graph.op("Reshape", [graph.input("num_logits_to_keep", "int64", []), graph.ints(1)]);
  const wanted = [graph.op("Neg", [kept]), graph.ints(Number.MAX_SAFE_INTEGER), graph.ints(1)];
  const last = graph.op("Slice", [x, ...wanted]);
  const normed = graph.rmsNorm(last, tensors.get(`${spec.prefix}norm.weight`, [width]), spec.eps);
  const head = tensors.get(spec.head, [spec.vocabulary, width]);
  graph.output("logits", graph.linear(normed, head), ["batch_size", "kept", spec.vocabulary]);
  return graph;
}

/** The runtime's grouped-query attention, which rotates as well. The query is divided by the root of its width already. */
function attention(graph: GraphBuilder, spec: TextStackSpec) {
  const { heads, kvHeads, headWidth, context, rope } = spec;
  const mask = graph.input("attention_mask", "int64", ["batch_size", "all"]);
  const toInt32 = { attributes: { to: { int: 6 } } };
  const lengths = graph.op("ReduceSum", [mask, graph.ints(1)], { attributes: { keepdims: { int: 0 } } });
  const before = graph.op("Cast", [graph.op("Sub", [lengths, graph.ints(1)])], toInt32);
  const all = graph.op("Gather", [graph.op("Shape", [mask]), graph.constant(BigInt64Array.of(1n), [])]);
  const total = graph.op("Cast", [all], toInt32);
  const pairs = headWidth / 2;
  const table = (of: (angle: number) => number) => {
    const angle = (i: number) => Math.floor(i / pairs) * rope.base ** -((i % pairs) / pairs);
    return graph.constant(
      Float32Array.from({ length: context * pairs }, (_, i) => of(angle(i))),
      [context, pairs],
    );
  };
  const [cos, sin] = [table(Math.cos), table(Math.sin)];
  const dims = (tokens: string) => ["batch_size", kvHeads, tokens, headWidth];
  return (layer: number, q: Value, k: Value, v: Value): Value => {
    const past = ["key", "value"].map((part) =>
      graph.input(`past_key_values.${layer}.${part}`, "float32", dims("past")),
    );
    const inputs = [q, k, v, ...past, before, total, cos, sin];
    const [read, key, value] = graph.ops("GroupQueryAttention", inputs, 3, {
      domain: MICROSOFT,
      attributes: {
        num_heads: { int: heads },
        kv_num_heads: { int: kvHeads },
        do_rotary: { int: 1 },
        rotary_interleaved: { int: 0 },
        scale: { float: 1 },
      },
    }) as [Value, Value, Value];
    graph.output(`present.${layer}.key`, key, dims("all"));
    graph.output(`present.${layer}.value`, value, dims("all"));
    return read;
  };
}
