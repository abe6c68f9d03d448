import { statfs } from "node:fs/promises";
import { ModelError } from "../errors.ts";

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(bytes < 1e10 ? 2 : 0)} GB`;

/**
 * That so many bytes can be written into a folder.
 * @throws {ModelError} `disk_full`
 */
export async function requireSpace(folder: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize >= bytes) return;
  const what = `The converted model needs ${gigabytes(bytes)}, and ${folder} has ${gigabytes(bavail * bsize)} left.`;
  throw new ModelError("disk_full", `${what} Make room, or choose narrower weights.`);
}

/** An error of a write: that the disk is full is said in plain words. Others stay as they are. */
export function writeError(error: unknown, folder: string): unknown {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  if (code !== "ENOSPC" && code !== "EDQUOT") return error;
  const what = `The disk of ${folder} is full. What had been written was removed. Make room and start again.`;
  return new ModelError("disk_full", what, error);
}
