/** Monotonic time that all threads and processes of this machine share (ms, from an arbitrary start). */
export function processNow(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** Offset from {@link processNow} to the main thread's `performance.now()`; computed there and sent to workers. */
export function timeOrigin(): number {
  return processNow() - performance.now();
}
