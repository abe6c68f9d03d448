import { createHash } from "node:crypto";
import { readFile, stat, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type { CheckpointManifest } from "../../src/models/checkpoint-schema.ts";
import { ModelError } from "../../src/models/errors.ts";
import type { BundleForecast, Conversion, Converter } from "../../src/models/store/mod.ts";

/**
 * A fake: stands for the conversion of a checkpoint where a test is about what is around it. Its bundles are valid and
 * hold a copy of the weights.
 */
export class PlainConverter implements Converter {
  readonly done: Conversion[] = [];
  readonly measured: string[] = [];
  forecast: BundleForecast = { bytes: 1_000, graphBytes: 900, license: "apache-2.0" };
  /** Called in the middle of each conversion. */
  midway: (conversion: Conversion) => Promise<void> = async () => {};

  check(config: object): void {
    const { model_type: type } = config as { model_type?: string };
    if (type !== "tiny")
      throw new ModelError("checkpoint_unsupported", `This checkpoint is a ${type}, which cannot be run.`);
  }

  async measure(source: string): Promise<BundleForecast> {
    this.measured.push(source);
    const path = join(source, "model.safetensors");
    const [{ size }, bytes] = [await stat(path), await readFile(path)];
    const length = Number(bytes.readBigUInt64LE());
    JSON.parse(bytes.subarray(8, 8 + length).toString("utf8"));
    if (size !== bytes.length) throw new Error("The file has another size than content.");
    return this.forecast;
  }

  async convert(conversion: Conversion): Promise<void> {
    this.done.push(conversion);
    const { source, target, signal, onProgress } = conversion;
    const content = await readFile(join(source, "model.safetensors"));
    await writeFile(join(target, "text.0.onnx"), content);
    onProgress({ bytes: content.length / 2 });
    await this.midway(conversion);
    signal.throwIfAborted();
    const manifest = manifestOf(conversion, content);
    await writeFile(join(target, "bundle.json"), JSON.stringify(manifest));
    onProgress({ bytes: content.length });
  }
}

/** Weights in the form of safetensors, with one tensor of so many bytes. */
export function safetensors(tensor: Buffer): Buffer {
  const entry = { dtype: "U8", shape: [tensor.length], data_offsets: [0, tensor.length] };
  const header = Buffer.from(JSON.stringify({ tensor: entry }));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header, tensor]);
}

function manifestOf(
  { id, revision, license, weights, source }: Conversion,
  content: Buffer,
): CheckpointManifest {
  const sha256 = createHash("sha256").update(content).digest("hex");
  return {
    ...{ format: "thinkalong-bundle/3", architecture: "one-stack", id, revision, license, weights },
    description: `A copy of ${basename(source)}.`,
    family: "idefics3",
    transformer: {
      ...{ layers: 1, width: 8, heads: 2, kv_heads: 1, head_width: 4, vocabulary: 16, context: 64 },
      ...{ deep_layers: 0, rope: { base: 10_000, interleaved: false } },
    },
    vision: null,
    cache: {
      ...{ mask: "streamed", positions: "contiguous", visual_sink_units: 1, visual_window_units: 8 },
      ...{ text_window_tokens: 64, text_sink_tokens: 16 },
    },
    thinking: { policy: "prompted", thought_tokens: 8, answer_tokens: 8, question_tokens: 8 },
    ...{ end_tokens: [0], chat_template: "{{ messages }}" },
    embeddings: { file: "embeddings.bin", dtype: "BF16" },
    graphs: { tower: null, text: ["text.0.onnx", "text.1.onnx"] },
    files: { "text.0.onnx": { sha256, bytes: content.length } },
  };
}
