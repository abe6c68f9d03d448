import { concat, map, type Observable } from "rxjs";
import { type Frame, IngestError, openImages, openSentVideo, restamped } from "../../ingest/mod.ts";
import { toProblem } from "../problem.ts";
import { seeFrames } from "./see-frames.ts";
import type { Intake, Source, Stop } from "./source.ts";

/** A picture or a video, as somebody has sent it: a whole file. */
export interface ShownMedium {
  readonly kind: "image" | "video";
  /** They must not change afterwards. */
  readonly bytes: Uint8Array;
}

export interface ShownMediaOptions {
  /** What is shown, in this order. */
  readonly media: readonly ShownMedium[];
  /** Number of frames for which each picture is shown: those of a unit. */
  readonly framesEach: number;
  /** Most bytes of a picture. */
  readonly maxBytes: number;
  /** Most pixels of a picture, and of a picture of a video. */
  readonly maxPixels: number;
  /** Most media time of all of it together (ms). */
  readonly maxDurationMs: number;
  /** Called with a fault for which what was sent is not to blame. The stream fails. */
  readonly onFault: (error: unknown) => void;
}

/**
 * Pictures and videos that somebody has sent as files, one after the other, as fast as the stream takes them. When
 * something is wrong with one of them, the stream fails.
 */
export class ShownMedia implements Source {
  constructor(private readonly options: ShownMediaOptions) {}

  start(into: Intake): Stop {
    return seeFrames(this.frames(into), into, (error) => {
      if (!(error instanceof IngestError)) this.options.onFault(error);
      return toProblem(error);
    });
  }

  private frames({ format, ready$ }: Intake): Observable<Frame> {
    const { media, framesEach, maxBytes, maxPixels, maxDurationMs } = this.options;
    const time = new JoinedTime(1000 / format.fps, maxDurationMs);
    const shown = { ...format, pace: "max", ready$, maxPixels } as const;
    const each = media.map(({ kind, bytes }) =>
      (kind === "image"
        ? openImages([bytes], { ...shown, maxBytes, framesEach })
        : openSentVideo(bytes, shown)
      ).pipe(map(time.joiner())),
    );
    return concat(...each);
  }
}

/** Numbers and media times of frames that come from several media, one after the other. */
class JoinedTime {
  private seq = 0;
  /** Media time at which the next medium begins (ms). */
  private nextMs = 0;

  constructor(
    private readonly periodMs: number,
    private readonly mostMs: number,
  ) {}

  /** Gives the frames of one medium their number and their time in all of it. */
  joiner(): (frame: Frame) => Frame {
    let offsetMs: number | null = null;
    return (frame) => {
      offsetMs ??= this.nextMs;
      const mediaTimeMs = offsetMs + frame.mediaTimeMs;
      this.nextMs = mediaTimeMs + this.periodMs;
      if (this.nextMs > this.mostMs + this.periodMs / 2) throw tooLong(this.mostMs);
      return restamped(frame, { seq: this.seq++, mediaTimeMs });
    };
  }
}

function tooLong(mostMs: number): IngestError {
  const message = `What was sent plays longer than the ${mostMs / 1000} s that the server takes at once. Send a shorter part of it.`;
  return new IngestError("video_too_long", message);
}
