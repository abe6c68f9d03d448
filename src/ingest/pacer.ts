import { setTimeout as sleep } from "node:timers/promises";
import { BehaviorSubject, filter, firstValueFrom, fromEvent, type Observable, takeUntil } from "rxjs";

/** Waits until the frame that is due at this media time (ms) may go out, or until it is told to stop. */
export type Pacer = (dueMs: number) => Promise<void>;

/** Every frame at once. */
export const atOnce: Pacer = async () => {};

/** Each frame when it is due, counted from the first; what is overdue goes at once. */
export function inRealTime(stop: AbortSignal): Pacer {
  let startedAtMs: number | null = null;
  return async (dueMs) => {
    startedAtMs ??= performance.now();
    const waitMs = startedAtMs + dueMs - performance.now();
    if (waitMs > 0) await sleep(waitMs, undefined, { signal: stop }).catch(() => {});
  };
}

/** Frames while the last value of `ready$` is true. Subscribes until `stop`. */
export function whenReady(ready$: Observable<boolean>, stop: AbortSignal): Pacer {
  const stopped$ = fromEvent(stop, "abort");
  const ready = new BehaviorSubject(false);
  ready$.pipe(takeUntil(stopped$)).subscribe({
    next: (value) => ready.next(value),
    error: (error) => ready.error(error),
  });
  return async () => {
    // `.value` throws what `ready$` failed with, as it should.
    if (ready.value || stop.aborted) return;
    await firstValueFrom(ready.pipe(filter(Boolean), takeUntil(stopped$)), { defaultValue: false });
  };
}
