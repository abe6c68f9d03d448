import { type DecodeImageOptions, ImageFrames, type ImageStamp } from "../../ingest/mod.ts";
import type { Intake, Source, Stop } from "./source.ts";

/** Bounds of one picture. */
export type ImageBounds = Pick<DecodeImageOptions, "maxBytes" | "maxPixels">;

/** What a client sends: encoded pictures, decoded as they come, at most as many a second as the stream looks at. */
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
      into.problem({ code, message: `Frame ${seq} was not looked at. ${message}` }),
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

  /** Takes one encoded picture that has arrived now; its bytes must not change afterwards. */
  push(image: Uint8Array, stamp: ImageStamp = {}): void {
    if (this.images === null || this.into === null) throw new Error("This source has not been started.");
    this.into.arrived();
    this.images.push(image, stamp);
  }
}
