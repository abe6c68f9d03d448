import { Observable } from "rxjs";
import { checkPositive, type FrameFormat } from "./check-options.ts";
import { checkImageOptions } from "./decode-image.ts";
import { decodeInTurn } from "./decode-in-turn.ts";
import { EncodedFrame, type Frame } from "./frame.ts";
import type { ImageLimits } from "./image-header.ts";
import { type Pace, pacerOf } from "./pacer.ts";

export interface ShownImagesOptions extends FrameFormat, Pace, ImageLimits {
  /** Number of frames for which each image is shown. */
  readonly framesEach: number;
}

/**
 * Shows encoded images, one after the other, as a camera would that stands still before each for a while.
 *
 * @example
 * openImages([jpeg], { width: 64, height: 64, fps: 4, pace: "max", framesEach: 2 }).subscribe(see);
 * @throws {IngestError} as an error of the observable: as `decodeImage` does
 */
export function openImages(images: readonly Uint8Array[], options: ShownImagesOptions): Observable<Frame> {
  return new Observable((subscriber) => {
    const cancel = new AbortController();
    show(images, options, cancel.signal, (frame) => subscriber.next(frame)).then(
      () => subscriber.complete(),
      (error) => subscriber.error(error),
    );
    return () => cancel.abort();
  });
}

async function show(
  images: readonly Uint8Array[],
  options: ShownImagesOptions,
  stop: AbortSignal,
  emit: (frame: Frame) => void,
): Promise<void> {
  checkImageOptions(options);
  checkPositive("framesEach", options.framesEach);
  const mayGo = pacerOf(options, stop);
  let seq = 0;
  for (const bytes of images) {
    const decoded = await decodeInTurn(bytes, options, { isWanted: () => !stop.aborted });
    if (decoded === null) return;
    for (let shown = 0; shown < options.framesEach; shown++, seq++) {
      const mediaTimeMs = (seq * 1000) / options.fps;
      await mayGo(mediaTimeMs);
      if (stop.aborted) return;
      emit(new EncodedFrame({ seq, mediaTimeMs, arrivedAtMs: performance.now() }, bytes, decoded));
    }
  }
}
