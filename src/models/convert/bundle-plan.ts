import type { CheckpointManifest, WeightWidth } from "../checkpoint-schema.ts";
import type { CheckpointFolder } from "./checkpoint-folder.ts";
import { endTokens, requireVocabulary, tokenIds } from "./end-tokens.ts";
import { findFamily } from "./find-family.ts";
import { FLOAT_BYTES } from "./float-formats.ts";
import { GraphBuilder } from "./graph-builder.ts";
import type { StreamedBytes } from "./protobuf.ts";
import type { CheckpointTensors, StoredTensor } from "./safetensors.ts";
import { type StoredFile, type WriteOptions, writePieces } from "./stored-file.ts";
import { elementsOf, rowLength } from "./tensor-ref.ts";
import { textGraphs } from "./text-graphs.ts";
import { readTextStack, type TextStackSpec } from "./text-stack-spec.ts";
import { trainedSettings, USUAL_THINKING, usualCache } from "./usual-settings.ts";

/** A file of a bundle that is yet to be written. */
export interface PlannedFile {
  readonly name: string;
  readonly bytes: number;
  write(path: string, options: WriteOptions): Promise<StoredFile>;
}

/** All that a bundle will be. */
export interface BundlePlan {
  readonly manifest: Omit<CheckpointManifest, "files">;
  readonly files: readonly PlannedFile[];
}

/** What is said of a bundle that the checkpoint's files do not say. */
export interface BundleOrigin {
  readonly weights: WeightWidth;
  readonly id: string;
  readonly revision: string | null;
  readonly license: string | null;
}

/**
 * Plans a bundle. No tensor is read yet, so that what cannot be run is refused at once.
 * @throws {ModelError} `checkpoint_unsupported` with the reason, `checkpoint_invalid`
 */
export function bundlePlan(
  folder: CheckpointFolder,
  tensors: CheckpointTensors,
  origin: BundleOrigin,
): BundlePlan {
  const { family, kind } = findFamily(folder.config);
  const spec = readTextStack(folder.config, kind, (name) => tensors.has(name));
  requireVocabulary(folder, spec.vocabulary);
  const { weights } = origin;
  const table = tensors.get(`${spec.prefix}embed_tokens.weight`, [spec.vocabulary, spec.width]);
  const text = textGraphs(spec, tensors, weights).map((graph, i) => graphFile(`text.${i}.onnx`, graph));
  const eyes = family.tower(folder);
  let tower: PlannedFile | null = null;
  if (eyes !== null) {
    const graph = new GraphBuilder({ weights: TOWER_WEIGHTS[weights] });
    eyes.build(graph, tensors);
    tower = graphFile("tower.onnx", graph);
  }
  const embeddings = tableFile("embeddings.bin", table);
  const vision = eyes?.vision ?? null;
  // Without eyes there is nothing to think about while seeing.
  const trained = trainedSettings(vision === null ? new Map() : tokenIds(folder.tokenizer.json));
  const manifest: BundlePlan["manifest"] = {
    format: "thinkalong-bundle/3",
    architecture: "one-stack",
    id: origin.id,
    revision: origin.revision,
    description: `${origin.id}, converted with ${weights} weights.`,
    license: origin.license,
    family: family.name,
    weights,
    transformer: transformerOf(spec),
    vision,
    cache: { ...usualCache(vision), ...family.cache, ...trained.cache },
    thinking: { ...USUAL_THINKING, ...trained.thinking },
    end_tokens: endTokens(folder),
    chat_template: folder.chatTemplate,
    embeddings: { file: embeddings.name, dtype: table.dtype },
    graphs: { tower: tower?.name ?? null, text: text.map(({ name }) => name) },
  };
  const small = [
    bytesFile("tokenizer.json", folder.tokenizer.bytes),
    bytesFile("tokenizer_config.json", folder.tokenizerConfig.bytes),
  ];
  return { manifest, files: [...small, embeddings, ...(tower === null ? [] : [tower]), ...text] };
}

/**
 * How a tower's matrices are stored. It always sees hundreds of patches at once, and for those int8 is faster than blocks
 * of 8 bits, which are no faster than 32-bit numbers.
 *
 * SigLIP-B (12 layers of 768) with random weights, the shortest of 4 to 6 runs on an Intel Xeon with VNNI that others were
 * using, one thread, at 512, 384 and 256 px: 32 bits 1603, 808 and 329 ms; blocks of 64 1672, 859 and 364 ms; int8 937, 438
 * and 158 ms, and on two threads 512 and 250 ms at 512 and 384 px. Error of the features, of their length: blocks 0.024,
 * int8 0.030; with widely spread norms and outliers 0.017 and 0.035. Four layers of Qwen2.5-VL's tower: int8 0.039, of
 * Qwen3-VL's 0.018. None of this was measured with trained weights. Processors before VNNI add pairs of products in 16
 * bits, which may overflow, so there the error may be larger.
 */
const TOWER_WEIGHTS = { q8: "int8", q4: "int8", fp32: "fp32" } as const;

function transformerOf(spec: TextStackSpec): CheckpointManifest["transformer"] {
  return {
    layers: spec.layers,
    width: spec.width,
    heads: spec.heads,
    kv_heads: spec.kvHeads,
    head_width: spec.headWidth,
    vocabulary: spec.vocabulary,
    context: spec.context,
    deep_layers: spec.deepLayers,
    rope: spec.rope,
  };
}

function graphFile(name: string, graph: GraphBuilder): PlannedFile {
  return { name, bytes: graph.byteLength, write: (path, options) => graph.write(path, options) };
}

function bytesFile(name: string, content: Uint8Array): PlannedFile {
  return {
    name,
    bytes: content.byteLength,
    write: (path, options) => writePieces(path, [content], options),
  };
}

/** Bytes that are held in memory at a time. */
const CHUNK_BYTES = 1 << 24;

/** A tensor as it is stored. */
function tableFile(name: string, table: StoredTensor): PlannedFile {
  const rows = table.shape[0]!;
  const step = Math.max(1, Math.floor(CHUNK_BYTES / (rowLength(table) * FLOAT_BYTES[table.dtype])));
  const content: StreamedBytes = {
    byteLength: elementsOf(table.shape) * FLOAT_BYTES[table.dtype],
    async *chunks() {
      for (let from = 0; from < rows; from += step) {
        yield await table.readBytes(from, Math.min(rows, from + step));
      }
    },
  };
  return { name, bytes: content.byteLength, write: (path, options) => writePieces(path, [content], options) };
}
