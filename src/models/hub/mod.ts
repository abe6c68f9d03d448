/** A client of the Hugging Face hub: finds checkpoints, and fetches them into the cache that Python's client has, too. */

export { type FreeBytes, freeBytes, requireSpace, sizeText } from "../disk-space.ts";
export { type CheckpointName, isCommit, isRevision, parseCheckpointName } from "./checkpoint-name.ts";
export { removeDownloads } from "./hub-cache.ts";
export { type LockOptions, withLock } from "./lock.ts";
export {
  type FetchOptions,
  type FoundCheckpoint,
  localCheckpoint,
  openCheckpoint,
} from "./open-checkpoint.ts";
export { type HubSettings, hubSettings } from "./settings.ts";
export { type Transfer, TransferMeter } from "./transfer-meter.ts";
