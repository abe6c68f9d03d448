/** How often it is looked (ms). */
const EVERY_MS = 100;

/**
 * Watches how late timers of this thread are, which is how long everything else on it waits.
 *
 * @param onDelay called with each delay (s)
 * @returns ends it
 */
export function watchLoopDelay(onDelay: (seconds: number) => void): () => void {
  let dueAtMs = performance.now() + EVERY_MS;
  const timer = setInterval(() => {
    const nowMs = performance.now();
    onDelay(Math.max(0, nowMs - dueAtMs) / 1000);
    dueAtMs = nowMs + EVERY_MS;
  }, EVERY_MS).unref();
  return () => clearInterval(timer);
}
