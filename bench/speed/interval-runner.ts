import { setTimeout as sleep } from "node:timers/promises";

/** Something that is to be done again and again at times of the monotonic clock. */
export interface Recurring {
  /** When it is due next (ms); infinite when never again. */
  readonly dueAtMs: number;
  /** Does it once, and moves {@link dueAtMs} on. */
  fire(nowMs: number): void;
}

/**
 * Does what is due until nothing is any more or a time has come. Due times do not drift: what is late is made up for.
 *
 * @param parts may be changed between two calls, not during one
 * @param untilMs `performance.now()` at which it stops
 * @throws the signal's reason when that is aborted
 */
export async function runIntervals(
  parts: readonly Recurring[],
  untilMs: number,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    const nowMs = performance.now();
    if (nowMs >= untilMs) return;
    for (const part of parts) while (part.dueAtMs <= nowMs) part.fire(nowMs);
    const nextMs = parts.reduce((least, { dueAtMs }) => Math.min(least, dueAtMs), untilMs);
    if (nextMs === Number.POSITIVE_INFINITY) return;
    await sleep(Math.max(0, nextMs - performance.now()), undefined, { signal });
  }
}
