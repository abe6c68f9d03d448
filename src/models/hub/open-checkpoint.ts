import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { type FreeBytes, requireSpace } from "../disk-space.ts";
import { ModelError } from "../errors.ts";
import { isRevision } from "./checkpoint-name.ts";
import { downloadFile } from "./download-file.ts";
import { writeFault } from "./faults.ts";
import { HubCache } from "./hub-cache.ts";
import { HubClient, type HubFile } from "./hub-client.ts";
import { withLock } from "./lock.ts";
import { type OnRetry, RETRY_WAITS, type RetryWaits, withRetries } from "./retry.ts";
import type { HubSettings } from "./settings.ts";
import { withSketch } from "./sketch.ts";
import { type Transfer, TransferMeter } from "./transfer-meter.ts";
import { isDescription, weightFiles } from "./wanted-files.ts";

const TRIES_TO_FIND = 3;
const CONFIG = "config.json";

/** How a checkpoint is fetched. */
export interface FetchOptions {
  readonly settings: HubSettings;
  readonly signal: AbortSignal;
  readonly onProgress?: ((transfer: Transfer) => void) | undefined;
  /** Told before something is tried again. */
  readonly onRetry?: OnRetry | undefined;
  /** Told once when another process is fetching the same checkpoint. */
  readonly onWait?: (() => void) | undefined;
  /** Told when the hub cannot be reached and what is in the cache is used. */
  readonly onUnreachable?: ((why: ModelError) => void) | undefined;
  readonly waits?: RetryWaits;
  /** Longest time without a byte (ms). */
  readonly stallMs?: number;
  readonly free?: FreeBytes;
  /** Looks at config.json before anything else is fetched. What it throws ends it. */
  readonly check?: ((config: object) => void) | undefined;
}

/** A checkpoint of which all is known but the weights. */
export interface FoundCheckpoint {
  readonly commit: string;
  /** Folder of the snapshot. It has the configuration, tokenizer, template and licence. */
  readonly dir: string;
  /** Files with the weights, by name. */
  readonly weights: readonly { readonly path: string; readonly size: number }[];
  /** Bytes that are still to be fetched. */
  readonly missingBytes: number;
  /**
   * Lets something read its folder before the weights are fetched: their headers and sizes are true, their tensors need
   * not be.
   */
  sketched<T>(act: (dir: string) => Promise<T>): Promise<T>;
  /** Fetches the weights. */
  fetchWeights(): Promise<void>;
}

/**
 * Finds a checkpoint on the hub and fetches what it says of itself: configuration, tokenizer, template, licence. What is in
 * the cache is not fetched again. Offline, or when the hub cannot be reached, what is in the cache is used.
 *
 * @param id `owner/name`
 * @param revision a branch, a tag or a commit
 * @throws {ModelError} when it is not there, not given, or no checkpoint
 */
export async function openCheckpoint(
  id: string,
  revision: string,
  options: FetchOptions,
): Promise<FoundCheckpoint> {
  const { settings } = options;
  if (!isRevision(revision))
    throw new ModelError(
      "checkpoint_not_found",
      `${revision} cannot be a branch, a tag or a commit of ${id}. Leave the revision out, or write one as the hub shows it.`,
    );
  const cache = new HubCache(settings.cacheDir, id);
  if (settings.offline) {
    const cached = await fromCache(cache, revision, id, options);
    if (cached !== null) return cached;
    throw new ModelError(
      "checkpoint_not_found",
      `${id} at ${revision} is not complete in ${settings.cacheDir}, and HF_HUB_OFFLINE forbids to fetch it. Leave HF_HUB_OFFLINE out, or fetch it on a machine that is online.`,
    );
  }
  try {
    return await fromHub(cache, id, revision, options);
  } catch (error) {
    if (!(error instanceof ModelError) || error.code !== "hub_unreachable") throw error;
    const cached = await fromCache(cache, revision, id, options);
    if (cached === null) throw error;
    options.onUnreachable?.(error);
    return cached;
  }
}

async function fromHub(
  cache: HubCache,
  id: string,
  revision: string,
  options: FetchOptions,
): Promise<FoundCheckpoint> {
  const { settings, signal, waits = RETRY_WAITS, onRetry } = options;
  const client = new HubClient(settings, options.stallMs);
  // Nobody should wait long only to be told that there is no network.
  const retrying = {
    waits: { ...waits, mostTries: Math.min(waits.mostTries, TRIES_TO_FIND) },
    signal,
    onRetry,
  };
  const { commit } = await withRetries(() => client.info(id, revision, signal), retrying);
  const files = await withRetries(() => client.files(id, commit, signal), retrying);
  const byPath = new Map(files.map((file) => [file.path, file]));
  const fetchAll = async (wanted: readonly HubFile[], tell?: FetchOptions["onProgress"]) => {
    // A cache that has all may be one that nobody can write.
    if (await cache.holds(commit, wanted)) return await cache.note(revision, commit).catch(() => {});
    const { onWait } = options;
    const path = join(settings.cacheDir, ".locks", `models--${id.replace("/", "--")}`, "thinkalong");
    await withLock(path, { signal, onWait }, async (held) => {
      const missing = sum(wanted) - (await there(cache, wanted));
      await requireSpace([{ dir: settings.cacheDir, bytes: missing }], `What is left of ${id}`, options.free);
      const meter = new TransferMeter(sum(wanted), tell);
      for (const file of wanted) {
        if (await cache.has(file)) meter.kept(file.size);
        else await downloadFile(file, { client, cache, id, commit, meter, waits, onRetry, signal: held });
        await cache.link(commit, file);
      }
      await cache.note(revision, commit);
    }).catch((error) => {
      throw writeFault(error, settings.cacheDir, "HF_HOME");
    });
  };
  const dir = cache.snapshot(commit);
  const described = files.filter(({ path }) => isDescription(path));
  await fetchAll(described.filter(({ path }) => path === CONFIG));
  if (byPath.has(CONFIG)) options.check?.(await readConfig(dir, id));
  await fetchAll(described);
  const weights = (await weightFiles(new Set(byPath.keys()), dir, id)).map((name) => byPath.get(name)!);
  const missingBytes = sum(weights) - (await there(cache, weights));
  const fetchWeights = () => fetchAll(weights, options.onProgress);
  const sketched = async <T>(act: (dir: string) => Promise<T>) => {
    if (missingBytes > 0) return await withSketch({ client, id, commit, dir, weights, waits, signal }, act);
    await fetchAll(weights);
    return await act(dir);
  };
  return { commit, dir, weights, missingBytes, fetchWeights, sketched };
}

/** What a snapshot in the cache has; null: it is not complete. */
async function fromCache(
  cache: HubCache,
  revision: string,
  id: string,
  { check }: FetchOptions,
): Promise<FoundCheckpoint | null> {
  const commit = await cache.commitOf(revision);
  if (commit === null) return null;
  const found = await localCheckpoint(cache.snapshot(commit), id).catch(() => null);
  if (found === null) return null;
  check?.(await readConfig(found.dir, id));
  return { ...found, commit };
}

/**
 * A checkpoint in a folder of this machine.
 *
 * @param label for error messages
 * @throws {ModelError} `checkpoint_invalid` when something is missing
 */
export async function localCheckpoint(
  dir: string,
  label: string,
  check?: FetchOptions["check"],
): Promise<Omit<FoundCheckpoint, "commit">> {
  const names = await readdir(dir).catch((cause) => {
    throw new ModelError("checkpoint_not_found", `${dir} cannot be read (${cause.code}).`, cause);
  });
  if (names.includes(CONFIG)) check?.(await readConfig(dir, label));
  const weights = await weightFiles(new Set(names), dir, label);
  const sizes = weights.map(async (path) => ({ path, size: (await stat(join(dir, path))).size }));
  return {
    dir,
    weights: await Promise.all(sizes),
    missingBytes: 0,
    fetchWeights: async () => {},
    sketched: (act) => act(dir),
  };
}

async function readConfig(dir: string, label: string): Promise<object> {
  try {
    const config: unknown = JSON.parse(await readFile(join(dir, CONFIG), "utf8"));
    if (typeof config === "object" && config !== null) return config;
    throw new SyntaxError("It is no object.");
  } catch (cause) {
    throw new ModelError("checkpoint_invalid", `${CONFIG} of ${label} is not valid JSON.`, cause);
  }
}

function sum(files: readonly HubFile[]): number {
  return files.reduce((total, { size }) => total + size, 0);
}

async function there(cache: HubCache, files: readonly HubFile[]): Promise<number> {
  const sizes = await Promise.all(files.map((file) => cache.bytesOf(file)));
  return sizes.reduce((total, size) => total + size, 0);
}
