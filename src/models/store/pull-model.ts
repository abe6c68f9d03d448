import { createHash } from "node:crypto";
import { readdir, stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import type { WeightWidth } from "../checkpoint-schema.ts";
import { ModelError } from "../errors.ts";
import {
  type FetchOptions,
  type FoundCheckpoint,
  freeBytes,
  localCheckpoint,
  openCheckpoint,
  parseCheckpointName,
  requireSpace,
  sizeText,
  type Transfer,
  TransferMeter,
} from "../hub/mod.ts";
import type { Converter } from "./converter.ts";
import { memoryLimit } from "./memory-limit.ts";
import type { InstalledModel, ModelOrigin, ModelStore } from "./model-store.ts";

/** What a pull will take, known before the weights are fetched. */
export interface PullPlan {
  readonly id: string;
  /** Commit on the hub; null: a folder. */
  readonly revision: string | null;
  readonly license: string | null;
  /** Bytes of the checkpoint's weights, and those of them that are still to be fetched. */
  readonly weightBytes: number;
  readonly missingBytes: number;
  /** Bytes of the converted model. */
  readonly bundleBytes: number;
  /** Memory that it takes at least (bytes): its graphs. Caches come on top. */
  readonly leastMemoryBytes: number;
  /** Memory that there is (bytes). */
  readonly memoryBytes: number;
  /** Bytes that are free where it will be kept. */
  readonly freeBytes: number;
}

/** What a pull tells while it goes on. */
export type PullStep =
  | { readonly type: "looking" }
  | { readonly type: "planned"; readonly plan: PullPlan }
  /** What speed to expect here, in whole sentences. */
  | { readonly type: "expected"; readonly speed: string }
  | { readonly type: "waiting" }
  | { readonly type: "fetching"; readonly transfer: Transfer }
  | { readonly type: "retrying"; readonly why: ModelError; readonly waitMs: number }
  | { readonly type: "unreachable"; readonly why: ModelError }
  | { readonly type: "converting"; readonly transfer: Transfer };

/** How a model is pulled. */
export interface PullOptions
  extends Pick<FetchOptions, "settings" | "signal" | "waits" | "stallMs" | "free"> {
  readonly store: ModelStore;
  readonly converter: Converter;
  readonly weights: WeightWidth;
  /** A branch, a tag or a commit; default: that of the name, else main. */
  readonly revision?: string | undefined;
  /** Whether to go on where memory or disk seem too small. */
  readonly force?: boolean;
  readonly tell?: (step: PullStep) => void;
  /** Bytes of memory; default: what this process may have. */
  readonly memory?: number;
}

/** The model, and whether it was there before. */
export interface Pulled {
  readonly model: InstalledModel;
  readonly wasThere: boolean;
}

/**
 * Fetches a checkpoint from the hub, or takes one from a folder, converts it, and keeps it in the store. What is there is
 * neither fetched nor converted again.
 *
 * @param what `owner/name`, `owner/name@revision`, or a folder with a checkpoint
 * @throws {ModelError} among others `memory_too_small` and `disk_full`, before anything large is fetched
 * @throws the reason of the signal when it is aborted; what was fetched is kept
 */
export async function pullModel(what: string, options: PullOptions): Promise<Pulled> {
  const isFolder = await stat(what).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (isFolder) return await pullFolder(resolve(what), options);
  const name = parseCheckpointName(what);
  if (name === null)
    throw new ModelError(
      "checkpoint_not_found",
      `There is no folder ${resolve(what)}, and a model on the hub has a name such as HuggingFaceTB/SmolVLM2-256M-Video-Instruct.`,
    );
  const { settings, tell, converter } = options;
  tell?.({ type: "looking" });
  const revision = options.revision ?? name.revision ?? "main";
  const found = await openCheckpoint(name.id, revision, {
    ...options,
    check: (config) => converter.check(config),
    onProgress: (transfer) => tell?.({ type: "fetching", transfer }),
    onRetry: (why, waitMs) => tell?.({ type: "retrying", why, waitMs }),
    onUnreachable: (why) => tell?.({ type: "unreachable", why }),
    onWait: () => tell?.({ type: "waiting" }),
  });
  const { commit } = found;
  const model = await options.store.find({ id: name.id, revision: commit }, options.weights);
  if (model !== null) return { model, wasThere: true };
  return await install(name.id, found, commit, options, {
    source: settings.endpoint,
    revision,
    fingerprint: null,
  });
}

async function pullFolder(dir: string, options: PullOptions): Promise<Pulled> {
  const id = basename(dir);
  if (options.revision !== undefined)
    throw new ModelError(
      "checkpoint_not_found",
      `${dir} is a folder, and a folder has no revisions. Leave the revision out.`,
    );
  options.tell?.({ type: "looking" });
  const fingerprint = await fingerprintOf(dir);
  const model = await findPulledFolder(dir, options.store, options.weights);
  if (model !== null) return { model, wasThere: true };
  const found = await localCheckpoint(dir, dir, (config) => options.converter.check(config));
  return await install(id, found, null, options, { source: dir, revision: null, fingerprint });
}

/** The model that was made of a folder as it is now; null: there is none. */
export async function findPulledFolder(
  dir: string,
  store: ModelStore,
  weights?: WeightWidth,
): Promise<InstalledModel | null> {
  const model = await store.find({ id: basename(dir), revision: null }, weights);
  const isSame = model?.origin.source === dir && model.origin.fingerprint === (await fingerprintOf(dir));
  return isSame ? model : null;
}

async function install(
  id: string,
  found: Omit<FoundCheckpoint, "commit">,
  revision: string | null,
  options: PullOptions,
  origin: Omit<ModelOrigin, "pulledAt">,
): Promise<Pulled> {
  const { store, converter, weights, settings, tell, free = freeBytes } = options;
  const { bytes, license } = await found.sketched(async (dir) => {
    const forecast = await converter.measure(dir, weights);
    const plan: PullPlan = {
      ...{ id, revision, license: forecast.license },
      ...{ bundleBytes: forecast.bytes, leastMemoryBytes: forecast.graphBytes },
      weightBytes: found.weights.reduce((sum, { size }) => sum + size, 0),
      missingBytes: found.missingBytes,
      memoryBytes: options.memory ?? memoryLimit(),
      freeBytes: await free(store.root),
    };
    tell?.({ type: "planned", plan });
    if (options.force !== true) {
      requireMemory(plan);
      const needs = [
        { dir: settings.cacheDir, bytes: found.missingBytes },
        { dir: store.root, bytes: forecast.bytes },
      ];
      await requireSpace(needs, id, free);
    }
    // What does not fit is not measured either.
    const speed = await converter.expectSpeed?.(dir, weights);
    if (speed !== undefined) tell?.({ type: "expected", speed });
    return forecast;
  });
  await found.fetchWeights();
  const meter = new TransferMeter(bytes, (transfer) => tell?.({ type: "converting", transfer }));
  const model = await store.install(
    id,
    weights,
    origin,
    (target, signal) =>
      converter.convert({
        ...{ source: found.dir, target, weights, id, revision, license, signal },
        onProgress: (done) => meter.reached(done.bytes),
      }),
    { signal: options.signal, onWait: () => tell?.({ type: "waiting" }) },
  );
  return { model, wasThere: false };
}

function requireMemory({ id, leastMemoryBytes, memoryBytes }: PullPlan): void {
  if (leastMemoryBytes <= memoryBytes) return;
  throw new ModelError(
    "memory_too_small",
    `${id} takes at least ${sizeText(leastMemoryBytes)} of memory, and there are ${sizeText(memoryBytes)}. Choose narrower weights (--weights q4) or a smaller model. --force pulls it all the same.`,
  );
}

/** Changes when a file of a folder changes. */
async function fingerprintOf(dir: string): Promise<string> {
  const names = (await readdir(dir)).sort();
  const hash = createHash("sha256");
  for (const name of names) {
    const { size, mtimeMs } = await stat(join(dir, name));
    hash.update(JSON.stringify([name, size, mtimeMs]));
  }
  return hash.digest("hex");
}
