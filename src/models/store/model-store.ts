import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { z } from "zod";
import {
  type CheckpointManifest,
  checkpointSchema,
  WEIGHT_WIDTHS,
  type WeightWidth,
} from "../checkpoint-schema.ts";
import { ModelError } from "../errors.ts";
import { writeFault } from "../hub/faults.ts";
import { type CheckpointName, withLock } from "../hub/mod.ts";

const originSchema = z.object({
  /** Where the checkpoint came from: a hub's address, or an absolute folder. */
  source: z.string(),
  /** The revision that was asked for; null: a folder. */
  revision: z.string().nullable(),
  /** Changes when a folder's files change; null: from a hub, where the commit says so. */
  fingerprint: z.string().nullable(),
  pulledAt: z.iso.datetime(),
});

/** Where a model came from. */
export type ModelOrigin = z.infer<typeof originSchema>;

/** A converted model that can be run. */
export interface InstalledModel {
  readonly dir: string;
  readonly manifest: CheckpointManifest;
  readonly origin: ModelOrigin;
  readonly bytes: number;
}

/** What {@link ModelStore.install} needs beside the maker. */
export interface InstallOptions {
  readonly signal: AbortSignal;
  /** Told once when another process is pulling the same model. */
  readonly onWait?: (() => void) | undefined;
}

const ORIGIN = "pulled.json";
/** What is not whole yet, or no longer wanted. Names of models do not begin with a point. */
const UNFINISHED = ".unfinished";
const LOCKS = ".locks";

/**
 * Folder of what is kept on this machine: `THINKALONG_HOME`, else `thinkalong` of the user's data folder
 * (https://specifications.freedesktop.org/basedir-spec).
 */
export function dataFolder(env: Readonly<Record<string, string | undefined>> = process.env): string {
  const data = env.XDG_DATA_HOME || join(homedir(), ".local/share");
  return resolve(env.THINKALONG_HOME || join(data, "thinkalong"));
}

/** Folder of the models: `models` in {@link dataFolder}. */
export function modelsFolder(env: Readonly<Record<string, string | undefined>> = process.env): string {
  return join(dataFolder(env), "models");
}

/**
 * The converted models of this machine: a folder for each, and in it one for each width of weights. A model is made
 * beside them and moved in as a whole, so what is listed is complete.
 */
export class ModelStore {
  constructor(readonly root: string = modelsFolder()) {}

  /** All models, by name; and folders in which there is none that could be run. */
  async list(): Promise<{ readonly installed: InstalledModel[]; readonly broken: string[] }> {
    const installed: InstalledModel[] = [];
    const broken: string[] = [];
    for (const name of await foldersIn(this.root)) {
      if (name.startsWith(".")) continue;
      for (const width of await foldersIn(join(this.root, name))) {
        const dir = join(this.root, name, width);
        const found = await readInstalled(dir);
        if (found === null) broken.push(dir);
        else installed.push(found);
      }
    }
    return { installed, broken };
  }

  /**
   * The newest model of a name.
   *
   * @param weights default: any width
   * @returns null when there is none
   */
  async find(name: CheckpointName, weights?: WeightWidth): Promise<InstalledModel | null> {
    const dirs = WEIGHT_WIDTHS.filter((width) => weights === undefined || width === weights);
    const found = await Promise.all(dirs.map((width) => readInstalled(this.dirOf(name.id, width))));
    return (
      found
        .filter((model) => model !== null)
        .filter((model) => name.revision === null || isOf(name.revision, model))
        .sort((a, b) => Date.parse(b.origin.pulledAt) - Date.parse(a.origin.pulledAt))[0] ?? null
    );
  }

  /**
   * Makes a model and puts it in the place of an earlier one.
   *
   * @param make fills a folder, which is there and empty, with a bundle
   * @throws what `make` throws; then nothing has changed
   */
  async install(
    id: string,
    weights: WeightWidth,
    origin: Omit<ModelOrigin, "pulledAt">,
    make: (dir: string, signal: AbortSignal) => Promise<void>,
    options: InstallOptions,
  ): Promise<InstalledModel> {
    const asked = Date.now();
    return await this.locked(id, options, async (signal) => {
      await this.cleanUp(id);
      const there = await readInstalled(this.dirOf(id, weights));
      // Another process has done the same while this one waited.
      if (there !== null && isSame(there.origin, origin) && Date.parse(there.origin.pulledAt) >= asked)
        return there;
      const unfinished = this.unfinished(id);
      const dir = join(unfinished, "new");
      try {
        await mkdir(dir, { recursive: true });
        await make(dir, signal);
        const written: ModelOrigin = { ...origin, pulledAt: new Date().toISOString() };
        await writeFile(join(dir, ORIGIN), `${JSON.stringify(written, null, 2)}\n`);
        if ((await readInstalled(dir)) === null)
          throw new ModelError(
            "bundle_invalid",
            `The conversion of ${id} wrote no bundle that could be read. This is a fault of thinkalong.`,
          );
        signal.throwIfAborted();
        const target = this.dirOf(id, weights);
        await mkdir(join(target, ".."), { recursive: true });
        await rename(target, join(unfinished, "old")).catch(ignoreMissing);
        await rename(dir, target);
        return (await readInstalled(target))!;
      } finally {
        await this.cleanUp(id);
      }
    });
  }

  /**
   * Removes a model.
   *
   * @param weights default: all widths
   * @returns what was removed
   */
  async remove(
    id: string,
    options: InstallOptions,
    weights?: WeightWidth,
  ): Promise<{ readonly dirs: string[]; readonly bytes: number }> {
    return await this.locked(id, options, async () => {
      const dirs: string[] = [];
      let bytes = 0;
      await this.cleanUp(id);
      for (const width of WEIGHT_WIDTHS) {
        if (weights !== undefined && weights !== width) continue;
        const dir = this.dirOf(id, width);
        const model = await readInstalled(dir);
        await mkdir(this.unfinished(id), { recursive: true });
        const isThere = await rename(dir, join(this.unfinished(id), width)).then(() => true, ignoreMissing);
        if (isThere) dirs.push(dir);
        bytes += model?.bytes ?? 0;
      }
      await this.cleanUp(id);
      const parent = join(this.root, folderOf(id));
      if ((await foldersIn(parent)).length === 0) await rm(parent, { recursive: true, force: true });
      return { dirs, bytes };
    });
  }

  private dirOf(id: string, weights: WeightWidth): string {
    return join(this.root, folderOf(id), weights);
  }

  private unfinished(id: string): string {
    return join(this.root, UNFINISHED, folderOf(id));
  }

  /** Removes what a pull has left that was killed. */
  private async cleanUp(id: string): Promise<void> {
    await rm(this.unfinished(id), { recursive: true, force: true });
  }

  private async locked<T>(
    id: string,
    options: InstallOptions,
    act: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    return await withLock(join(this.root, LOCKS, folderOf(id)), options, act).catch((error) => {
      throw writeFault(error, this.root, "THINKALONG_HOME");
    });
  }
}

/**
 * The name of a model's folder. Names on the hub have neither `--` nor `+` in them, and those of a user's folders have no
 * slash, so no two models share one.
 */
function folderOf(id: string): string {
  return id.includes("/") ? id.replace("/", "--") : `local+${id}`;
}

function isSame(a: Omit<ModelOrigin, "pulledAt">, b: Omit<ModelOrigin, "pulledAt">): boolean {
  return a.source === b.source && a.revision === b.revision && a.fingerprint === b.fingerprint;
}

function isOf(revision: string, { manifest, origin }: InstalledModel): boolean {
  const isShortCommit = /^[0-9a-f]{7,40}$/.test(revision);
  return (
    origin.revision === revision || (isShortCommit && (manifest.revision?.startsWith(revision) ?? false))
  );
}

/** A model's folder; null where there is none that could be run. */
async function readInstalled(dir: string): Promise<InstalledModel | null> {
  const read = async (name: string) =>
    JSON.parse(await readFile(join(dir, name), "utf8").catch(() => "null")) as unknown;
  try {
    const manifest = checkpointSchema.safeParse(await read("bundle.json"));
    const origin = originSchema.safeParse(await read(ORIGIN));
    if (!manifest.success || !origin.success) return null;
    const bytes = Object.values(manifest.data.files).reduce((sum, file) => sum + file.bytes, 0);
    return { dir, manifest: manifest.data, origin: origin.data, bytes };
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

async function foldersIn(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}

function ignoreMissing(error: NodeJS.ErrnoException): false {
  if (error.code !== "ENOENT") throw error;
  return false;
}
