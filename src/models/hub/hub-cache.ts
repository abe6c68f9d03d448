import { randomBytes } from "node:crypto";
import { copyFile, mkdir, readdir, readFile, rename, rm, stat, symlink, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { isCommit, parseCheckpointName } from "./checkpoint-name.ts";
import type { HubFile } from "./hub-client.ts";

/**
 * A checkpoint's folder in the cache of Python's `huggingface_hub`: `blobs/` holds contents by their hash, `snapshots/`
 * a folder of links into it for each commit, and `refs/` the commits of branches and tags. So either finds what the
 * other has fetched.
 */
export class HubCache {
  readonly dir: string;

  /**
   * @param cacheDir the folder of all checkpoints
   * @param id `owner/name`
   */
  constructor(
    readonly cacheDir: string,
    id: string,
  ) {
    this.dir = join(cacheDir, `models--${id.replace("/", "--")}`);
  }

  /** Where the content of a file lies. */
  blob({ etag }: HubFile): string {
    return join(this.dir, "blobs", etag);
  }

  /** Where the content of a file grows until it is whole. */
  part(file: HubFile): string {
    return `${this.blob(file)}.incomplete`;
  }

  snapshot(commit: string): string {
    return join(this.dir, "snapshots", commit);
  }

  /** Whether the whole content of a file is there. */
  async has(file: HubFile): Promise<boolean> {
    return (await sizeOf(this.blob(file))) === file.size;
  }

  /** Whether a snapshot has all of these files. */
  async holds(commit: string, files: readonly HubFile[]): Promise<boolean> {
    const sizes = await Promise.all(files.map(({ path }) => sizeOf(join(this.snapshot(commit), path))));
    return sizes.every((size, i) => size === files[i]!.size);
  }

  /** Bytes of a file that are there, whole or in part. */
  async bytesOf(file: HubFile): Promise<number> {
    if (await this.has(file)) return file.size;
    const part = (await sizeOf(this.part(file))) ?? 0;
    return part <= file.size ? part : 0;
  }

  /** The commit that a revision was when it was last looked up; null: it never was. */
  async commitOf(revision: string): Promise<string | null> {
    if (isCommit(revision)) return revision;
    const text = await readFile(join(this.dir, "refs", revision), "utf8").catch(() => "");
    return isCommit(text.trim()) ? text.trim() : null;
  }

  /** Notes what commit a branch or a tag is. */
  async note(revision: string, commit: string): Promise<void> {
    if (isCommit(revision) || (await this.commitOf(revision)) === commit) return;
    const path = join(this.dir, "refs", revision);
    const whole = `${path}.${randomBytes(4).toString("hex")}.tmp`;
    await mkdir(dirname(path), { recursive: true });
    await writeFile(whole, commit);
    await rename(whole, path);
  }

  /** Lets a snapshot have a file whose content is there. */
  async link(commit: string, file: HubFile): Promise<void> {
    const path = join(this.snapshot(commit), file.path);
    if ((await sizeOf(path)) === file.size) return;
    await mkdir(dirname(path), { recursive: true });
    await rm(path, { force: true });
    await symlink(relative(dirname(path), this.blob(file)), path).catch(async (error) => {
      // Windows lets only some users make links, and some disks know none.
      if (!/EPERM|ENOTSUP|ENOSYS/.test(error.code)) throw error;
      await copyFile(this.blob(file), path);
    });
  }
}

/**
 * Finds what was fetched of a checkpoint, and removes it if that is wished.
 *
 * @returns null when nothing was
 */
export async function removeDownloads(
  cacheDir: string,
  id: string,
  isWished: boolean,
): Promise<{ readonly dir: string; readonly bytes: number } | null> {
  if (parseCheckpointName(id) === null) return null;
  const { dir } = new HubCache(cacheDir, id);
  const blobs = await readdir(join(dir, "blobs")).catch(() => null);
  if (blobs === null) return null;
  const sizes = await Promise.all(blobs.map((name) => sizeOf(join(dir, "blobs", name))));
  if (isWished) await rm(dir, { recursive: true });
  return { dir, bytes: sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0) };
}

/** Bytes of a file, links followed; null: it is not there. */
async function sizeOf(path: string): Promise<number | null> {
  const found = await stat(path).catch(() => null);
  return found?.isFile() ? found.size : null;
}
