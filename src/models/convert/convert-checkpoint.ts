import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { type CheckpointManifest, checkpointSchema, type WeightWidth } from "../checkpoint-schema.ts";
import { requireSpace, writeError } from "../disk-space.ts";
import { bundlePlan } from "./bundle-plan.ts";
import { readCheckpointFolder } from "./checkpoint-folder.ts";
import { CheckpointTensors } from "./safetensors.ts";
import { writePieces } from "./stored-file.ts";

/** How far a conversion is. */
export interface ConversionProgress {
  /** Bytes of the bundle that were written, and that there will be. */
  readonly bytes: number;
  readonly total: number;
  /** The file that is being written. */
  readonly file: string;
}

export interface ConversionOptions {
  /** Folder of the checkpoint, in the layout of the Hugging Face hub. */
  readonly source: string;
  /** Folder of the bundle. What is there is replaced once the new one is whole. */
  readonly target: string;
  readonly weights: WeightWidth;
  /** `owner/name` on the hub; the name of the folder when it is left out. */
  readonly id?: string;
  /** Commit on the hub. */
  readonly revision?: string | null;
  /** Licence; what README.md says when it is left out. */
  readonly license?: string | null;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: ConversionProgress) => void;
}

/**
 * Converts a checkpoint into a bundle. Tensors are streamed from file to file, so that memory does not grow with the
 * model. Whatever goes wrong leaves nothing behind.
 *
 * @example
 * ```ts
 * await convertCheckpoint({ source: "SmolLM2-135M-Instruct", target: "bundle", weights: "q8" });
 * ```
 * @throws {ModelError} `checkpoint_not_found`, `checkpoint_invalid`, `checkpoint_unsupported` with the reason, `disk_full`
 * @throws the signal's reason when it is aborted
 */
export async function convertCheckpoint(options: ConversionOptions): Promise<void> {
  const source = resolve(options.source);
  const target = resolve(options.target);
  options.signal?.throwIfAborted();
  const folder = await readCheckpointFolder(source);
  const tensors = await CheckpointTensors.open(source);
  try {
    const plan = bundlePlan(folder, tensors, {
      weights: options.weights,
      id: options.id ?? basename(source),
      revision: options.revision ?? null,
      license: options.license ?? folder.license,
    });
    await mkdir(dirname(target), { recursive: true });
    const total = plan.files.reduce((sum, { bytes }) => sum + bytes, 0);
    await requireSpace([{ dir: dirname(target), bytes: total }], "The converted model");
    const unfinished = await mkdtemp(`${target}.unfinished-`);
    try {
      const files: CheckpointManifest["files"] = {};
      let bytes = 0;
      for (const { name, write } of plan.files) {
        const onBytes = (more: number) => {
          bytes += more;
          options.onProgress?.({ bytes, total, file: name });
        };
        files[name] = await write(join(unfinished, name), { signal: options.signal, onBytes });
      }
      const manifest = checkpointSchema.parse({ ...plan.manifest, files });
      const text = new TextEncoder().encode(`${JSON.stringify(manifest, null, 2)}\n`);
      await writePieces(join(unfinished, "bundle.json"), [text], { signal: options.signal });
      await rm(target, { recursive: true, force: true });
      await rename(unfinished, target);
    } catch (error) {
      await rm(unfinished, { recursive: true, force: true });
      throw writeError(error, dirname(target));
    }
  } finally {
    await tensors.close();
  }
}
