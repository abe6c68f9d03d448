import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import type { KvPrecision } from "../cache/mod.ts";
import { type Bundle, loadBundle } from "./bundle.ts";
import { checkManifest, parseJson, readBundleFile, readManifest } from "./bundle-files.ts";
import { type CheckpointManifest, checkpointSchema } from "./checkpoint-schema.ts";
import { ModelError } from "./errors.ts";

/** A published checkpoint on disk, read and checked. Plain data: it can be sent to a worker. */
export interface Checkpoint {
  readonly dir: string;
  readonly manifest: CheckpointManifest;
  readonly paths: {
    /** Null for a model without eyes. */
    readonly tower: string | null;
    /** Graphs of the transformer, in the order in which they run. */
    readonly text: readonly string[];
    readonly embeddings: string;
  };
  /** The parsed `tokenizer.json` and `tokenizer_config.json`. */
  readonly tokenizer: { readonly model: object; readonly config: object };
}

/** Any model on disk: one that was trained to think while it sees, or a published checkpoint. */
export type Model = Bundle | Checkpoint;

/** Whether a model is a published checkpoint. */
export function isCheckpoint(model: Model): model is Checkpoint {
  return model.manifest.architecture === "one-stack";
}

/**
 * Reads a model's folder, whatever its architecture, and checks its manifest and the hash of every file.
 *
 * @example
 * ```ts
 * const model = await loadModel("models/street-narrator");
 * console.log(model.manifest.id, isCheckpoint(model));
 * ```
 * @throws {ModelError} if it is missing, incomplete, changed or invalid
 */
export async function loadModel(dir: string): Promise<Model> {
  const { json } = await readManifest(dir);
  const isOneStack = (json as { architecture?: unknown } | null)?.architecture === "one-stack";
  return isOneStack ? await loadCheckpoint(dir) : await loadBundle(dir);
}

/** What may be chosen otherwise than a checkpoint's bundle.json says. */
export interface CheckpointSettings {
  /** Precision of keys and values. */
  readonly kv?: KvPrecision | undefined;
  /** Whether a prompted model speaks about each unit, whether or not there is something new. */
  readonly everyUnit?: boolean | undefined;
}

/** The same checkpoint with other settings; what is not given stays. */
export function withSettings(checkpoint: Checkpoint, { kv, everyUnit }: CheckpointSettings): Checkpoint {
  const { manifest } = checkpoint;
  const cache = { ...manifest.cache, ...(kv !== undefined && { kv }) };
  const thinking = { ...manifest.thinking, ...(everyUnit !== undefined && { every_unit: everyUnit }) };
  return { ...checkpoint, manifest: { ...manifest, cache, thinking } };
}

/** @throws {ModelError} */
async function loadCheckpoint(dir: string): Promise<Checkpoint> {
  const { root, path, json } = await readManifest(dir);
  const manifest = checkManifest(checkpointSchema, json, path);
  const { graphs, transformer, embeddings } = manifest;
  if (graphs.text.length !== transformer.layers + 1) {
    const message = `${path} lists ${graphs.text.length} graphs of the transformer and its layers need ${transformer.layers + 1}. Pull the model again.`;
    throw new ModelError("bundle_invalid", message);
  }
  const names = [...graphs.text, embeddings.file, "tokenizer.json", "tokenizer_config.json"];
  if (graphs.tower !== null) names.push(graphs.tower);
  for (const name of names) await checkFile(join(root, name), manifest.files[name], path);
  const tokenizer = async (name: string) => {
    const file = join(root, name);
    return parseJson((await readBundleFile(file)).toString("utf8"), file) as object;
  };
  return {
    dir: root,
    manifest,
    paths: {
      tower: graphs.tower === null ? null : join(root, graphs.tower),
      text: graphs.text.map((name) => join(root, name)),
      embeddings: join(root, embeddings.file),
    },
    tokenizer: {
      model: await tokenizer("tokenizer.json"),
      config: await tokenizer("tokenizer_config.json"),
    },
  };
}

/** The size is compared first: a file that was cut off is found without reading gigabytes. */
async function checkFile(
  path: string,
  expected: { readonly sha256: string; readonly bytes: number } | undefined,
  manifestPath: string,
): Promise<void> {
  if (expected === undefined)
    throw new ModelError(
      "bundle_invalid",
      `${manifestPath} lists no hash for ${path}. Pull the model again.`,
    );
  const found = await stat(path).catch((cause: unknown) => {
    throw new ModelError(
      "bundle_file_missing",
      `Cannot read ${path}. The model is incomplete. Pull it again.`,
      cause,
    );
  });
  if (found.size !== expected.bytes) {
    const message = `${path} has ${found.size} bytes, and bundle.json lists ${expected.bytes}. Pull the model again.`;
    throw new ModelError("bundle_file_changed", message);
  }
  const hash = createHash("sha256");
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
  if (hash.digest("hex") !== expected.sha256) {
    const message = `${path} is not the file that bundle.json lists (its SHA-256 differs). Pull the model again.`;
    throw new ModelError("bundle_file_changed", message);
  }
}
