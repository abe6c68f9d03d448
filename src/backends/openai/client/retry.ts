import type { RemoteError } from "./errors.ts";

/** Tries of one request, the first included. */
export const MOST_TRIES = 4;

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 8_000;
/** A server that wants to be left alone for longer has refused. */
export const LONGEST_RETRY_AFTER_MS = 30_000;

/**
 * How long to wait before a request is tried again.
 *
 * @param failures how often it has failed
 * @returns ms; null: it is not tried again
 */
export function retryWait({ passing, retryAfterMs }: RemoteError, failures: number): number | null {
  if (!passing || failures >= MOST_TRIES) return null;
  if (retryAfterMs !== null && retryAfterMs > LONGEST_RETRY_AFTER_MS) return null;
  const grown = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (failures - 1));
  const jittered = grown * (0.5 + Math.random() / 2);
  return Math.max(retryAfterMs ?? 0, jittered);
}
