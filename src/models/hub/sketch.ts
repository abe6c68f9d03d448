import { mkdtemp, open, readdir, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ModelError } from "../errors.ts";
import type { HubClient, HubFile } from "./hub-client.ts";
import { type RetryWaits, withRetries } from "./retry.ts";

/** A header of safetensors begins with its length, 8 bytes (https://github.com/huggingface/safetensors#format). */
const LENGTH_BYTES = 8;
/** Longest header that the format allows (bytes). */
const LONGEST = 100_000_000;

/** What a sketch is made of. */
export interface SketchOptions {
  readonly client: HubClient;
  /** `owner/name` */
  readonly id: string;
  readonly commit: string;
  /** Folder with all that is not weights. */
  readonly dir: string;
  readonly weights: readonly HubFile[];
  readonly waits: RetryWaits;
  readonly signal: AbortSignal;
}

/**
 * Lets something read a checkpoint of which the tensors have not been fetched: a folder in which each file with weights
 * has its true header and its true size, and nothing in it but a hole, which takes no room.
 */
export async function withSketch<T>(options: SketchOptions, act: (dir: string) => Promise<T>): Promise<T> {
  const { dir, weights, waits, signal } = options;
  const sketch = await mkdtemp(join(tmpdir(), "thinkalong-sketch-"));
  try {
    for (const name of await readdir(dir))
      if (!weights.some(({ path }) => path === name)) await symlink(join(dir, name), join(sketch, name));
    for (const file of weights) {
      const header = await withRetries(() => readHeader(file, options), { waits, signal });
      const handle = await open(join(sketch, file.path), "w");
      await handle.write(header);
      await handle.truncate(file.size);
      await handle.close();
    }
    return await act(sketch);
  } finally {
    await rm(sketch, { recursive: true, force: true });
  }
}

async function readHeader(file: HubFile, { client, id, commit, signal }: SketchOptions): Promise<Buffer> {
  const opened = await client.open(id, commit, file, 0, signal);
  let header = Buffer.alloc(0);
  for await (const chunk of opened?.chunks ?? []) {
    header = Buffer.concat([header, chunk]);
    if (header.length < LENGTH_BYTES) continue;
    const length = LENGTH_BYTES + Number(header.readBigUInt64LE());
    if (length > Math.min(LONGEST, file.size)) break;
    if (header.length >= length) return header.subarray(0, length);
  }
  throw new ModelError("checkpoint_invalid", `${file.path} of ${id} does not begin as safetensors do.`);
}
