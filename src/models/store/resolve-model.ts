import { stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { BUNDLED_MODEL } from "../bundled-model.ts";
import { ModelError } from "../errors.ts";
import { parseCheckpointName } from "../hub/mod.ts";
import type { InstalledModel, ModelStore } from "./model-store.ts";
import { findPulledFolder } from "./pull-model.ts";

/** What finds and fetches models. */
export interface ResolveOptions {
  readonly store: ModelStore;
  /** Pulls what is not there yet: `owner/name`, `owner/name@revision` or a folder with a checkpoint. */
  readonly pull: (what: string) => Promise<InstalledModel>;
}

/**
 * The folder of the bundle that `--model` means: the bundled model, a folder with a bundle, a folder with a checkpoint,
 * or the name of a checkpoint on the hub. The last two are pulled where that has not been done.
 *
 * @throws {ModelError} when there is no such model
 */
export async function resolveModel(
  nameOrDir: string | undefined,
  { store, pull }: ResolveOptions,
): Promise<string> {
  if (nameOrDir === undefined || nameOrDir === basename(BUNDLED_MODEL)) {
    const isShadowed = nameOrDir !== undefined && (await isThere(join(nameOrDir, "bundle.json")));
    if (!isShadowed) return BUNDLED_MODEL;
  }
  const dir = resolve(nameOrDir);
  if (await isThere(join(dir, "bundle.json"))) return dir;
  if (await isThere(join(dir, "config.json")))
    return ((await findPulledFolder(dir, store)) ?? (await pull(dir))).dir;
  const name = parseCheckpointName(nameOrDir);
  if (name !== null && !(await isThere(dir)))
    return ((await store.find(name)) ?? (await pull(nameOrDir))).dir;
  throw new ModelError(
    "bundle_not_found",
    (await isThere(dir))
      ? `${dir} has neither a bundle.json, as a model of thinkalong has, nor a config.json, as a checkpoint has. Check --model.`
      : `There is no folder ${dir}, and a model on the hub has a name such as HuggingFaceTB/SmolVLM2-256M-Video-Instruct. Check --model.`,
  );
}

async function isThere(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}
