import { closeSync, openSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Most files that this process has open at once while it starts (about 110), and some more for a slow disk. */
export const NEEDED_TO_START = 200;

/** What to do about too few of them, as the end of a message. */
export const RAISE_LIMIT = "Raise the limit of open files (ulimit -n 1024).";

/** Whether something failed because this process, or this machine, has too many files open. */
export function isTooManyFiles(error: unknown): boolean {
  const { code } = error as { readonly code?: unknown };
  return code === "EMFILE" || code === "ENFILE";
}

/** How many files more this process may open now, up to `most`. */
export function freeDescriptors(most: number): number {
  const opened: number[] = [];
  try {
    while (opened.length < most) opened.push(openSync(fileURLToPath(import.meta.url), "r"));
  } catch {
    // The limit is reached.
  }
  for (const descriptor of opened) closeSync(descriptor);
  return opened.length;
}
