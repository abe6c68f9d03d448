import { stat, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { ModelError } from "./errors.ts";

/** Free bytes on the disk of a folder, for this user. Tests put another in its place. */
export type FreeBytes = (dir: string) => Promise<number>;

/** Asks the operating system. The folder need not be there yet. */
export const freeBytes: FreeBytes = async (dir) => {
  const { bavail, bsize } = await statfs(await existing(dir));
  return bavail * bsize;
};

/** Bytes that are to be written into a folder. */
export interface Need {
  readonly dir: string;
  readonly bytes: number;
}

/** Left free on a disk, so that the rest of the machine goes on (bytes). */
const SPARE = 64 * 2 ** 20;

/**
 * Refuses what the disks have no room for. Needs on one disk are added up.
 *
 * @throws {ModelError} `disk_full`
 */
export async function requireSpace(
  needs: readonly Need[],
  what: string,
  free: FreeBytes = freeBytes,
): Promise<void> {
  const disks = new Map<number, Need>();
  for (const { dir, bytes } of needs) {
    const { dev } = await stat(await existing(dir));
    disks.set(dev, { dir: disks.get(dev)?.dir ?? dir, bytes: (disks.get(dev)?.bytes ?? 0) + bytes });
  }
  for (const { dir, bytes } of disks.values()) {
    if (bytes === 0) continue;
    const room = await free(dir);
    if (bytes + SPARE > room)
      throw new ModelError(
        "disk_full",
        `${what} needs ${sizeText(bytes)} on the disk of ${dir}, and ${sizeText(room)} are free there. Free some space, or choose another disk: HF_HOME is where checkpoints are fetched to, THINKALONG_HOME where models are kept.`,
      );
  }
}

/** An error of a write: that the disk is full is said in plain words. Others stay as they are. */
export function writeError(error: unknown, folder: string): unknown {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  if (code !== "ENOSPC" && code !== "EDQUOT") return error;
  const what = `The disk of ${folder} is full. What had been written was removed. Make room and start again.`;
  return new ModelError("disk_full", what, error);
}

/** A number of bytes for people, in powers of ten as disks and networks are sold. */
export function sizeText(bytes: number): string {
  const [unit, size] =
    bytes >= 1e9 ? ["GB", 1e9] : bytes >= 1e6 ? ["MB", 1e6] : bytes >= 1e3 ? ["kB", 1e3] : ["bytes", 1];
  const value = bytes / size;
  return `${value >= 100 || size === 1 ? Math.round(value) : value.toFixed(1)} ${unit}`;
}

/** The folder, or the nearest one above it that is there. */
async function existing(dir: string): Promise<string> {
  const isThere = await stat(dir).catch(() => null);
  return isThere !== null || dirname(dir) === dir ? dir : await existing(dirname(dir));
}
