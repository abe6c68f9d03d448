import { ImageFrames, type ImageFramesOptions, type ImageStamp } from "../../ingest/mod.ts";
import type { Intake, Source, Stop } from "./source.ts";

/** Limits of the pictures. */
export type ImageBounds = Pick<
  ImageFramesOptions,
  "maxBytes" | "maxPixels" | "maxPixelsPerSecond" | "maxCatchUpMs"
>;

/**
 * Encoded pictures that a client pushes. They are decoded as they come, but not more a second than the stream looks at.
 */
export class PushedImages implements Source {
  private images: ImageFrames | null = null;
  private into: Intake | null = null;

  constructor(private readonly bounds: ImageBounds) {}

  start(into: Intake): Stop {
    const images = new ImageFrames({ ...into.format, ...this.bounds });
    this.images = images;
    this.into = into;
    let isStopped = false;
    images.errors$.subscribe(({ seq, error: { code, message } }) =>
      into.problem({ code, message: `Frame ${seq} was dropped. ${message}` }),
    );
    images.dropped$.subscribe((frame) => into.dropped(frame));
    images.frames$.subscribe({
      next: (frame) => into.see(frame),
      complete: () => isStopped || into.ended(),
    });
    return (how) => {
      if (how === "drain") {
        images.end();
      } else {
        isStopped = true;
        images.close();
      }
    };
  }

  /** Takes one encoded picture that has arrived now. Its bytes must not change afterwards. */
  push(image: Uint8Array, stamp: ImageStamp = {}): void {
    if (this.images === null || this.into === null)
      throw new Error("The source has not been started. Call start() first.");
    this.into.arrived();
    this.images.push(image, stamp);
  }
}
