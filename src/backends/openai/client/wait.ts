import { setTimeout as sleep } from "node:timers/promises";

/**
 * Waits.
 *
 * @param ref whether this keeps the process alive; default: true
 * @throws the reason of the signal, as soon as it is aborted
 */
export async function wait(ms: number, signal: AbortSignal, ref = true): Promise<void> {
  signal.throwIfAborted();
  await sleep(ms, undefined, { signal, ref }).catch(() => signal.throwIfAborted());
}
