import { BehaviorSubject, lastValueFrom, type Observable, type Subscription, toArray } from "rxjs";
import type { ModelInfo } from "../../src/engine/mod.ts";
import { type Frame, openVideo } from "../../src/ingest/mod.ts";
import { abortable } from "./abortable.ts";

/** Frames that come only while the last value of `ready$` is true. */
export type FrameSource = (ready$: Observable<boolean>) => Observable<Frame>;

/**
 * All frames of a video, at a model's size and rate.
 *
 * @throws {IngestError} when it cannot be read
 */
export async function framesOf(
  { width, height, fps }: Pick<ModelInfo, "width" | "height" | "fps">,
  path: string,
  signal: AbortSignal,
): Promise<Frame[]> {
  return await lastValueFrom(openVideo(path, { width, height, fps, pace: "max", signal }).pipe(toArray()));
}

/** Takes frames one by one: the next one waits until `take` is done with the last. */
export async function eachInTurn(
  frames: readonly Frame[] | FrameSource,
  take: (frame: Frame) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  if (typeof frames === "function") return await eachAsItComes(frames, take, signal);
  for (const frame of frames) await take(frame);
}

async function eachAsItComes(
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
