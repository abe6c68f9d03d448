import { type FileHandle, open, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { z } from "zod";
import { ModelError } from "../errors.ts";
import { FLOAT_BYTES, toFloat32 } from "./float-formats.ts";
import { MAX_HEADER_BYTES, readHeader, type StoredEntry } from "./safetensors-header.ts";
import { elementsOf, type FloatFormat, type TensorRef } from "./tensor-ref.ts";

/** A tensor of a checkpoint's file. */
export interface StoredTensor extends TensorRef {
  /** Rows `from` to `to` as they are stored, in the tensor's own type. */
  readBytes(from: number, to: number): Promise<Uint8Array>;
}

const indexSchema = z.object({ weight_map: z.record(z.string(), z.string()) });

/** The tensors of a checkpoint's folder: `model.safetensors`, or shards that `model.safetensors.index.json` names. */
export class CheckpointTensors {
  private readonly entries: ReadonlyMap<string, { file: FileHandle; entry: StoredEntry }>;
  private readonly files: readonly FileHandle[];
  private readonly folder: string;

  private constructor(folder: string, files: readonly FileHandle[], entries: CheckpointTensors["entries"]) {
    this.folder = folder;
    this.files = files;
    this.entries = entries;
  }

  /**
   * Opens the files and reads their headers. Whoever opens them closes them.
   * @throws {ModelError} `checkpoint_not_found`, `checkpoint_invalid`
   */
  static async open(folder: string): Promise<CheckpointTensors> {
    const names = await shardsOf(folder);
    const files: FileHandle[] = [];
    const entries = new Map<string, { file: FileHandle; entry: StoredEntry }>();
    try {
      for (const name of names) {
        const path = join(folder, name);
        const file = await open(path).catch((cause) => {
          throw new ModelError(
            "checkpoint_not_found",
            `${path} cannot be read. Download the checkpoint again.`,
            cause,
          );
        });
        files.push(file);
        for (const [tensor, entry] of await headerOf(file, path)) {
          if (entries.has(tensor)) {
            const what = `${folder} has the tensor ${tensor} twice. Download the checkpoint again.`;
            throw new ModelError("checkpoint_invalid", what);
          }
          entries.set(tensor, { file, entry });
        }
      }
    } catch (error) {
      await Promise.all(files.map((file) => file.close()));
      throw error;
    }
    return new CheckpointTensors(folder, files, entries);
  }

  get names(): readonly string[] {
    return [...this.entries.keys()];
  }

  has(name: string): boolean {
    return this.entries.has(name);
  }

  /**
   * A tensor by name.
   * @param shape the shape that it must have
   * @throws {ModelError} `checkpoint_invalid` when it is missing or of another shape, `checkpoint_unsupported` when it
   *   does not hold floating-point numbers of 16 or 32 bits
   */
  get(name: string, shape?: readonly number[]): StoredTensor {
    const found = this.entries.get(name);
    if (found === undefined) {
      const what = `The checkpoint in ${this.folder} has no tensor ${name}.`;
      throw new ModelError(
        "checkpoint_invalid",
        `${what} Download it again, or check that its config.json is its own.`,
      );
    }
    const { file, entry } = found;
    if (!(entry.dtype in FLOAT_BYTES)) {
      throw new ModelError(
        "checkpoint_unsupported",
        `${name} in ${this.folder} holds ${entry.dtype} numbers. A checkpoint in F32, F16 or BF16 is needed, not a quantised one.`,
      );
    }
    if (shape !== undefined && shape.join() !== entry.shape.join()) {
      const what = `${name} in ${this.folder} has the shape [${entry.shape.join(", ")}], and config.json implies [${shape.join(", ")}].`;
      throw new ModelError(
        "checkpoint_invalid",
        `${what} Check that the config.json is the checkpoint's own.`,
      );
    }
    return storedTensor(name, file, entry, entry.dtype as FloatFormat);
  }

  async close(): Promise<void> {
    await Promise.all(this.files.map((file) => file.close()));
  }
}

function storedTensor(name: string, file: FileHandle, entry: StoredEntry, dtype: FloatFormat): StoredTensor {
  const { shape } = entry;
  const rowBytes = elementsOf(shape.slice(1)) * FLOAT_BYTES[dtype];
  const readBytes = (from: number, to: number) =>
    readRange(file, entry.start + from * rowBytes, (to - from) * rowBytes, name);
  const readRows = async (from: number, to: number) => toFloat32(await readBytes(from, to), dtype);
  return { name, shape, dtype, readBytes, readRows, read: () => readRows(0, shape[0] ?? 1) };
}

async function readRange(file: FileHandle, start: number, length: number, what: string): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await file.read(bytes, done, Math.min(length - done, 1 << 28), start + done);
    if (bytesRead === 0) {
      const message = `The file of ${what} ends too early. Download the checkpoint again.`;
      throw new ModelError("checkpoint_invalid", message);
    }
    done += bytesRead;
  }
  return bytes;
}

/** Names of the files that hold the tensors. */
async function shardsOf(folder: string): Promise<readonly string[]> {
  const path = join(folder, "model.safetensors.index.json");
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch {
    return ["model.safetensors"];
  }
  try {
    const names = [...new Set(Object.values(indexSchema.parse(JSON.parse(text)).weight_map))];
    if (names.some((name) => basename(name) !== name)) throw new Error("a shard lies outside of the folder");
    return names;
  } catch (cause) {
    const what = `${path} does not say which file holds which tensor. Download the checkpoint again.`;
    throw new ModelError("checkpoint_invalid", what, cause);
  }
}

async function headerOf(file: FileHandle, path: string): Promise<Map<string, StoredEntry>> {
  const { size } = await file.stat();
  const broken = (what: string) =>
    new ModelError("checkpoint_invalid", `${path} is broken: ${what}. Download the file again.`);
  if (size < 8) throw broken("it is shorter than a header");
  const start = await readRange(file, 0, 8, path);
  const length = Number(new DataView(start.buffer).getBigUint64(0, true));
  if (length > MAX_HEADER_BYTES || 8 + length > size) {
    throw broken(`its header would have ${length} bytes and the file has ${size}`);
  }
  const json = new TextDecoder().decode(await readRange(file, 8, length, path));
  const entries = readHeader(json, size - 8 - length, path);
  return new Map([...entries].map(([name, entry]) => [name, { ...entry, start: 8 + length + entry.start }]));
}
