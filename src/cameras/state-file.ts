import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import { type CameraEntry, camerasSchema } from "./camera-schema.ts";
import { CameraError } from "./errors.ts";
import { FolderLock } from "./folder-lock.ts";

const stateSchema = z.object({ version: z.literal(1), cameras: camerasSchema });

const NAME = "cameras.json";

/** What was read from a state file. */
export interface ReadState {
  readonly cameras: ReadonlyMap<string, CameraEntry>;
  /** What was wrong with the file, and what was done about it; null: nothing. */
  readonly warning: string | null;
}

/**
 * The cameras that were made over the API, in a file of their own, so that they are there after a restart. The file is
 * replaced as a whole: whoever is killed at any moment leaves the old or the new one. It holds passwords of cameras, so
 * its owner alone may read it.
 *
 * @example
 * const file = new StateFile("/var/lib/thinkalong");
 * const { cameras } = await file.read();
 * await file.write(new Map([...cameras, ["door", { url: "rtsp://door.local/live" }]]));
 */
export class StateFile {
  readonly path: string;
  private readonly lock: FolderLock;
  private writing: Promise<void> = Promise.resolve();

  /** @param folder made when something is first written */
  constructor(private readonly folder: string) {
    this.path = join(folder, NAME);
    this.lock = new FolderLock(folder);
  }

  /** Reads the file. One that cannot be read counts as empty; one that is broken is set aside. Never rejects. */
  async read(): Promise<ReadState> {
    let text: string;
    try {
      text = await readFile(this.path, "utf8");
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      const warning =
        code === "ENOENT" ? null : `The cameras in ${this.path} could not be read (${message}).`;
      return { cameras: new Map(), warning };
    }
    try {
      const { cameras } = stateSchema.parse(JSON.parse(text));
      return { cameras: new Map(Object.entries(cameras)), warning: null };
    } catch {
      return { cameras: new Map(), warning: await this.setAside() };
    }
  }

  /**
   * Replaces what the file holds. Resolves when it is on the disk.
   *
   * @throws {CameraError} `state_in_use` or `state_unwritable`; then the file is what it was
   */
  write(cameras: ReadonlyMap<string, CameraEntry>): Promise<void> {
    const text = JSON.stringify({ version: 1, cameras: Object.fromEntries(cameras) }, null, 2);
    const written = this.writing.then(() => this.replace(`${text}\n`));
    // The next one does not fail because this one has.
    this.writing = written.catch(() => {});
    return written;
  }

  /** Waits until all is written, and lets another process write. */
  async close(): Promise<void> {
    await this.writing;
    await this.lock.release();
  }

  private async replace(text: string): Promise<void> {
    const unfinished = `${this.path}.unfinished`;
    try {
      await mkdir(this.folder, { recursive: true, mode: 0o700 });
      await this.lock.take();
      const file = await open(unfinished, "w", 0o600);
      try {
        await file.writeFile(text);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(unfinished, this.path);
      await syncFolder(dirname(this.path));
    } catch (cause) {
      if (cause instanceof CameraError) throw cause;
      await rm(unfinished, { force: true }).catch(() => {});
      throw new CameraError(
        "state_unwritable",
        `The cameras cannot be kept in ${this.path} (${(cause as Error).message}). Free some space there, or choose another folder (--state).`,
        { cause },
      );
    }
  }

  private async setAside(): Promise<string> {
    const aside = `${this.path}.broken-${Date.now()}`;
    const broken = `${this.path} is broken, so no camera that was made over the API is opened.`;
    return await rename(this.path, aside).then(
      () => `${broken} It was set aside as ${aside}.`,
      (error: Error) => `${broken} It could not be set aside (${error.message}).`,
    );
  }
}

/** Puts a rename on the disk. Not every system can do so for a folder; the file itself is whole in any case. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r").catch(() => null);
  await folder?.sync().catch(() => {});
  await folder?.close();
}
