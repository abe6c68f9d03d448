import { createHash, type Hash } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, mkdir, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { ModelError } from "../errors.ts";
import { writeFault } from "./faults.ts";
import type { HubCache } from "./hub-cache.ts";
import type { HubClient, HubFile } from "./hub-client.ts";
import { type OnRetry, PassingFault, type RetryWaits, withRetries } from "./retry.ts";
import type { TransferMeter } from "./transfer-meter.ts";

/** What a download needs beside the file. */
export interface DownloadOptions {
  readonly client: HubClient;
  readonly cache: HubCache;
  /** `owner/name` */
  readonly id: string;
  readonly commit: string;
  readonly meter: TransferMeter;
  readonly waits: RetryWaits;
  readonly signal: AbortSignal;
  readonly onRetry?: OnRetry | undefined;
}

/**
 * Fetches a file into the cache. It grows under another name, goes on where an earlier try has ended, even one in
 * another process, and gets its name only when its size and hash are right.
 *
 * @throws {ModelError} among others `download_corrupted` when the hash is wrong; nothing of the file is kept then
 */
export async function downloadFile(file: HubFile, options: DownloadOptions): Promise<void> {
  const { cache, meter } = options;
  const path = cache.part(file);
  await mkdir(dirname(path), { recursive: true });
  meter.begin(file.path);
  for (;;) {
    const part = await Part.open(path, file);
    try {
      meter.kept(part.bytes);
      const old = part.bytes;
      await withRetries(() => fill(part, file, options), {
        ...options,
        progress: () => part.received,
      });
      if (part.isRight()) {
        await part.keep(cache.blob(file));
        return;
      }
      meter.kept(-file.size);
      await rm(path, { force: true });
      // The old beginning may be of another origin. Without one, fetching again would give the same.
      if (old > 0) continue;
      throw new ModelError(
        "download_corrupted",
        `${file.path} of ${options.id} was fetched whole and has not the hash that the hub lists (${file.etag.slice(0, 12)}…). It was thrown away. Try again; if that does not help, what lies between this machine and the hub changes files.`,
      );
    } finally {
      await part.close();
    }
  }
}

/** One try to get what is missing. */
async function fill(part: Part, file: HubFile, options: DownloadOptions): Promise<void> {
  const { client, id, commit, meter, signal } = options;
  if (part.bytes === file.size) return;
  const opened = await client.open(id, commit, file, part.bytes, signal);
  if (opened === null || opened.from !== part.bytes) {
    meter.kept(-part.bytes);
    await part.empty();
  }
  if (opened === null) {
    if (!part.mayStartOver())
      throw new ModelError(
        "hub_unexpected",
        `The hub lists ${file.path} with ${file.size} bytes and does not give them (status 416). Try again later.`,
      );
    return await fill(part, file, options);
  }
  for await (const chunk of opened.chunks) {
    signal.throwIfAborted();
    if (part.bytes + chunk.length > file.size) {
      meter.kept(-part.bytes);
      await part.empty();
      throw new ModelError(
        "download_corrupted",
        `The hub lists ${file.path} with ${file.size} bytes and sends more. It was thrown away. Try again later.`,
      );
    }
    await part.append(chunk);
    meter.came(chunk.length);
  }
  if (part.bytes < file.size)
    throw new PassingFault(
      new ModelError(
        "hub_unreachable",
        `${file.path} broke off after ${part.bytes} of ${file.size} bytes. Try again: what was fetched is kept.`,
      ),
    );
}

/** The beginning of a file's content, on disk, with its running hash. */
class Part {
  /** Bytes that are there. */
  bytes = 0;
  /** Bytes that this object was given. It never falls. */
  received = 0;
  private startsOver = 0;
  private hash: Hash;

  private constructor(
    private readonly path: string,
    private readonly file: HubFile,
    private readonly handle: FileHandle,
  ) {
    this.hash = newHash(file);
  }

  static async open(path: string, file: HubFile): Promise<Part> {
    const part = new Part(path, file, await open(path, constants.O_RDWR | constants.O_CREAT));
    const { size } = await part.handle.stat();
    if (size > file.size) await part.empty();
    else if (size > 0) await part.readOld(size);
    return part;
  }

  async append(chunk: Uint8Array): Promise<void> {
    for (let at = 0; at < chunk.length; ) {
      const { bytesWritten } = await this.handle
        .write(chunk, at, chunk.length - at, this.bytes + at)
        .catch((error) => {
          throw writeFault(error, this.path, "HF_HOME");
        });
      at += bytesWritten;
    }
    this.hash.update(chunk);
    this.bytes += chunk.length;
    this.received += chunk.length;
  }

  /** Throws away what is there. */
  async empty(): Promise<void> {
    await this.handle.truncate(0);
    this.bytes = 0;
    this.hash = newHash(this.file);
  }

  /** Whether a file that the hub says is shorter may be asked for from its beginning; once. */
  mayStartOver(): boolean {
    return this.startsOver++ === 0;
  }

  /** Whether all is there and has the right hash. Can be asked once. */
  isRight(): boolean {
    return this.bytes === this.file.size && this.hash.digest("hex") === this.file.etag;
  }

  /** Gives the content its name, once it is on the disk for good. */
  async keep(path: string): Promise<void> {
    await this.handle.sync().catch((error) => {
      throw writeFault(error, this.path, "HF_HOME");
    });
    await rename(this.path, path);
  }

  async close(): Promise<void> {
    await this.handle.close();
  }

  private async readOld(size: number): Promise<void> {
    for await (const chunk of this.handle.createReadStream({ start: 0, end: size - 1, autoClose: false }))
      this.hash.update(chunk as Buffer);
    this.bytes = size;
  }
}

/** Of large files the hub lists SHA-256, of small ones the hash by which git names a blob. */
function newHash({ etag, size }: HubFile): Hash {
  return etag.length === 64 ? createHash("sha256") : createHash("sha1").update(`blob ${size}\0`);
}
