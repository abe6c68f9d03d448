import { BehaviorSubject, type Observable, type Subscription } from "rxjs";
import type { Frame } from "../../src/ingest/mod.ts";
import { abortable } from "./abortable.ts";

/** Frames that come only while the last value of `ready$` is true. */
export type FrameSource = (ready$: Observable<boolean>) => Observable<Frame>;

/** Takes frames of a source one by one: the next one waits until `take` is done with the last. */
export async function eachInTurn(
  source: FrameSource,
  take: (frame: Frame) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const free = new BehaviorSubject(true);
  let playing: Subscription | undefined;
  try {
    const played = new Promise<void>((resolve, reject) => {
      let last = Promise.resolve();
      playing = source(free).subscribe({
        next: (frame) => {
          free.next(false);
          last = take(frame).then(() => free.next(true), reject);
        },
        error: reject,
        complete: () => void last.then(resolve),
      });
    });
    await abortable(played, signal);
  } finally {
    playing?.unsubscribe();
  }
}
