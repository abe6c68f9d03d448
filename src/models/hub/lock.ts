import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { lock } from "proper-lockfile";
import { ModelError } from "../errors.ts";

/** A lock that has not been renewed for so long was left by a process that was killed (ms). */
const STALE_MS = 20_000;
const RENEW_MS = 2_000;
const LOOK_EVERY_MS = 250;

/**
 * Does something that one process alone may do at a time.
 *
 * @param path of the lock; `.lock` is added
 * @param onWait called once when another process has the lock
 * @throws the reason of the signal, when it is aborted while waiting
 * @throws {ModelError} `model_locked` when the lock was lost, because this process stood still
 */
export async function withLock<T>(
  path: string,
  { signal, onWait }: { readonly signal: AbortSignal; readonly onWait?: (() => void) | undefined },
  act: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  await mkdir(dirname(path), { recursive: true });
  const lost = new AbortController();
  const take = async (): Promise<(() => Promise<void>) | null> => {
    try {
      return await lock(path, {
        realpath: false,
        stale: STALE_MS,
        update: RENEW_MS,
        onCompromised: (cause) =>
          lost.abort(
            new ModelError(
              "model_locked",
              `Another process has taken over ${path}.lock, because this one stood still for too long. Try again.`,
              cause,
            ),
          ),
      });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ELOCKED") return null;
      throw error;
    }
  };
  let release = await take();
  if (release === null) onWait?.();
  while (release === null) {
    await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => signal.throwIfAborted());
    release = await take();
  }
  try {
    return await act(AbortSignal.any([signal, lost.signal]));
  } finally {
    if (!lost.signal.aborted) await release();
  }
}
