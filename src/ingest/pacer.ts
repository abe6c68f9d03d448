import { setTimeout as sleep } from "node:timers/promises";
import { BehaviorSubject, filter, firstValueFrom, fromEvent, type Observable, takeUntil } from "rxjs";

/** Waits until the frame with this media time (ms) is due, or until `stop`. */
export type Pacer = (dueMs: number) => Promise<void>;

/** How fast frames are let pass. */
export interface Pace {
  /** `realtime`: each frame at its media time, like a camera. `max`: as fast as `ready$` allows. */
  readonly pace: "realtime" | "max";
  /** For `max`: frames come only while its last value is true. Default: always true. */
  readonly ready$?: Observable<boolean>;
}

/** The pacer for a pace, until `stop`. */
export function pacerOf({ pace, ready$ }: Pace, stop: AbortSignal): Pacer {
  if (pace === "realtime") return inRealTime(stop);
  return ready$ === undefined ? atOnce : whenReady(ready$, stop);
}

/** Lets every frame pass at once. */
const atOnce: Pacer = async () => {};

/** Lets each frame pass when it is due, counted from the first frame. Overdue frames pass at once. */
function inRealTime(stop: AbortSignal): Pacer {
  let startedAtMs: number | null = null;
  return async (dueMs) => {
    startedAtMs ??= performance.now();
    const waitMs = startedAtMs + dueMs - performance.now();
    if (waitMs > 0) await sleep(waitMs, undefined, { signal: stop }).catch(() => {});
  };
}

/** Lets frames pass while the last value of `ready$` is true. Subscribed until `stop`. */
function whenReady(ready$: Observable<boolean>, stop: AbortSignal): Pacer {
  const stopped$ = fromEvent(stop, "abort");
  const ready = new BehaviorSubject(false);
  ready$.pipe(takeUntil(stopped$)).subscribe({
    next: (value) => ready.next(value),
    error: (error) => ready.error(error),
  });
  return async () => {
    // If `ready$` failed, `.value` throws its error, as it should.
    if (ready.value || stop.aborted) return;
    await firstValueFrom(ready.pipe(filter(Boolean), takeUntil(stopped$)), { defaultValue: false });
  };
}
