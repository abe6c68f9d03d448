import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import { StateError } from "./errors.ts";
import { FolderLock } from "./folder-lock.ts";

/** What a state file holds: entries by name. */
export interface StateKind<Entry> {
  /** Its name in the folder, such as `cameras.json`. */
  readonly file: string;
  /** What the entries are called, in the file and in messages: `cameras`. */
  readonly what: string;
  readonly schema: z.ZodType<Readonly<Record<string, Entry>>>;
}

/** What was read from a state file. */
export interface ReadState<Entry> {
  readonly entries: ReadonlyMap<string, Entry>;
  /** What was wrong with the file, and what was done about it; null: nothing. */
  readonly warning: string | null;
}

/**
 * What was made over the API, in a file of its own, so that it is there after a restart. The file is replaced as a
 * whole: whoever is killed at any moment leaves the old or the new one. It may hold passwords, so its owner alone may
 * read it.
 *
 * @example
 * const file = new StateFile("/var/lib/thinkalong", { file: "cameras.json", what: "cameras", schema: camerasSchema });
 * const { entries } = await file.read();
 * await file.write(new Map([...entries, ["door", { url: "rtsp://door.local/live" }]]));
 */
export class StateFile<Entry> {
  readonly path: string;
  private readonly lock: FolderLock;
  private writing: Promise<void> = Promise.resolve();

  /** @param folder made when something is first written */
  constructor(
    private readonly folder: string,
    private readonly kind: StateKind<Entry>,
  ) {
    this.path = join(folder, kind.file);
    this.lock = new FolderLock(folder);
  }

  /** Reads the file. One that cannot be read counts as empty; one that is broken is set aside. Never rejects. */
  async read(): Promise<ReadState<Entry>> {
    const { what, schema } = this.kind;
    let text: string;
    try {
      text = await readFile(this.path, "utf8");
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      const warning =
        code === "ENOENT" ? null : `The ${what} in ${this.path} could not be read (${message}).`;
      return { entries: new Map(), warning };
    }
    try {
      const state = z.object({ version: z.literal(1), [what]: schema }).parse(JSON.parse(text));
      const entries = state[what] as Readonly<Record<string, Entry>>;
      return { entries: new Map(Object.entries(entries)), warning: null };
    } catch {
      return { entries: new Map(), warning: await this.setAside() };
    }
  }

  /**
   * Replaces what the file holds. Resolves when it is on the disk.
   *
   * @throws {StateError} `state_in_use` or `state_unwritable`; then the file is what it was
   */
  write(entries: ReadonlyMap<string, Entry>): Promise<void> {
    const text = JSON.stringify({ version: 1, [this.kind.what]: Object.fromEntries(entries) }, null, 2);
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
      if (cause instanceof StateError) throw cause;
      await rm(unfinished, { force: true }).catch(() => {});
      throw new StateError(
        "state_unwritable",
        `The ${this.kind.what} cannot be kept in ${this.path} (${(cause as Error).message}). Free some space there, or choose another folder (--state).`,
        cause,
      );
    }
  }

  private async setAside(): Promise<string> {
    const aside = `${this.path}.broken-${Date.now()}`;
    const broken = `${this.path} is broken, so the ${this.kind.what} that were made over the API are gone.`;
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
