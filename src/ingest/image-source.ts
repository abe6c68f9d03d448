import { type Observable, Subject } from "rxjs";
import { checkPositive, type FrameFormat } from "./check-options.ts";
import { checkImageOptions, type DecodedImage, type DecodeImageOptions } from "./decode-image.ts";
import { decodeInTurn } from "./decode-in-turn.ts";
import { IngestError, messageOf } from "./errors.ts";
import { type DroppedFrame, type DropReason, EncodedFrame, type Frame, type FrameStamp } from "./frame.ts";
import { SampleByMediaTime } from "./sample-by-media-time.ts";
import { TokenBucket } from "./token-bucket.ts";

/** Frame numbers have 32 bits. After the last one comes 0. */
const SEQ_NUMBERS = 2 ** 32;

/** Images may arrive so much faster than their rate, because a camera's clock may be faster than this machine's. */
const CLOCK_SLACK = 1.05;

export interface ImageFramesOptions extends FrameFormat, DecodeImageOptions {
  /** Images decoded at the same time; default 1. */
  readonly concurrency?: 1 | 2;
  /**
   * Most pixels that are decoded in a second, as plain JPEGs; others cost more (`ImageHeader.cost`). Default: no limit.
   */
  readonly maxPixelsPerSecond?: number;
  /**
   * How much media time the images may gain on their arrival, after a pause (ms). With it, no more of them are looked at
   * than arrive in time, whatever their media times say. Default: no limit, so that images may be pushed at any pace.
   */
  readonly maxCatchUpMs?: number;
}

/** The number and the time that a client may give an image. Give them with all images of a stream, or with none. */
export interface ImageStamp {
  /** Default: one more than the last; 0 after 4294967295. */
  readonly seq?: number;
  /**
   * When it was captured (ms, from any origin, never backwards). Default: the time since the arrival of the first
   * image.
   */
  readonly mediaTimeMs?: number;
  /** Whether a budget that its sender shares with others is used up. Then it is dropped as `rate`. */
  readonly overBudget?: boolean;
}

/** Why an image could not be used. A `DroppedFrame` with the reason `decode_error` follows. */
export interface FrameError {
  readonly seq: number;
  readonly error: IngestError;
}

interface Waiting extends FrameStamp {
  readonly bytes: Uint8Array;
}

/**
 * Turns pushed JPEG, PNG or WebP images into frames. Images that exceed the rate are dropped without decoding (`rate`):
 * those that are too many by their media times, by when they arrive, or by their pixels. All streams of this process
 * share the decoder. While decoding is behind, only the newest image waits, and the one before it is dropped (`busy`). An image that is
 * broken, or older than the one before it, is dropped (`decode_error`); `errors$` has the reason, and later images are
 * taken as before. Frames keep their order. All three observables are hot, complete after `end` or `close`, and never
 * error.
 *
 * @example
 * const images = new ImageFrames({ width: 64, height: 64, fps: 4 });
 * images.frames$.subscribe((frame) => stream.push(frame));
 * socket.on("message", (jpeg) => images.push(jpeg));
 */
export class ImageFrames {
  readonly frames$: Observable<Frame>;
  readonly dropped$: Observable<DroppedFrame>;
  readonly errors$: Observable<FrameError>;

  private readonly frames = new Subject<Frame>();
  private readonly dropped = new Subject<DroppedFrame>();
  private readonly errors = new Subject<FrameError>();
  private readonly options: ImageFramesOptions;
  private readonly sampler: SampleByMediaTime;
  private readonly arrivals: TokenBucket | null;
  private readonly pixels: TokenBucket | null;
  private state: "open" | "ending" | "closed" = "open";
  private nextSeq = 0;
  private firstArrivalMs: number | null = null;
  private lastMediaTimeMs = Number.NEGATIVE_INFINITY;
  private decoding = 0;
  private waiting: Waiting | null = null;
  /** Resolves when all earlier images have been emitted or dropped. */
  private inOrder: Promise<void> = Promise.resolve();

  /** @throws {IngestError} `option_out_of_range` */
  constructor(options: ImageFramesOptions) {
    checkImageOptions(options);
    checkPositive("concurrency", options.concurrency);
    this.options = options;
    checkPositive("maxPixelsPerSecond", options.maxPixelsPerSecond);
    checkPositive("maxCatchUpMs", options.maxCatchUpMs);
    const {
      fps,
      maxPixelsPerSecond = Number.POSITIVE_INFINITY,
      maxCatchUpMs = Number.POSITIVE_INFINITY,
    } = options;
    this.sampler = new SampleByMediaTime(fps);
    this.arrivals = bucket(CLOCK_SLACK * fps, (maxCatchUpMs / 1000) * fps);
    this.pixels = bucket(maxPixelsPerSecond, maxPixelsPerSecond);
    this.frames$ = this.frames.asObservable();
    this.dropped$ = this.dropped.asObservable();
    this.errors$ = this.errors.asObservable();
  }

  /** Takes an encoded image. Its bytes must not change afterwards. After `end` or `close` it is ignored. */
  push(bytes: Uint8Array, stamp: ImageStamp = {}): void {
    if (this.state !== "open") return;
    const arrivedAtMs = performance.now();
    this.firstArrivalMs ??= arrivedAtMs;
    const { seq = this.nextSeq, mediaTimeMs = arrivedAtMs - this.firstArrivalMs } = stamp;
    this.nextSeq = (seq + 1) % SEQ_NUMBERS;
    const { concurrency = 1 } = this.options;
    const image: Waiting = { seq, mediaTimeMs, arrivedAtMs, bytes };

    if (!Number.isFinite(mediaTimeMs) || mediaTimeMs < this.lastMediaTimeMs) {
      this.refuse(image, timeBackwards(mediaTimeMs, this.lastMediaTimeMs));
      return;
    }
    this.lastMediaTimeMs = mediaTimeMs;
    if (stamp.overBudget || !this.isInRate(image)) {
      this.drop(image, "rate");
    } else if (this.decoding < concurrency) {
      this.decode(image);
    } else {
      if (this.waiting !== null) this.drop(this.waiting, "busy");
      this.waiting = image;
    }
  }

  /** Takes no more images. Those that have been taken are decoded, then the observables complete. */
  end(): void {
    if (this.state !== "open") return;
    this.state = "ending";
    this.completeWhenIdle();
  }

  /** Ends at once. Images that are being decoded are discarded. */
  close(): void {
    this.state = "closed";
    this.waiting = null;
    for (const subject of [this.frames, this.dropped, this.errors]) subject.complete();
  }

  private isInRate({ mediaTimeMs, arrivedAtMs }: Waiting): boolean {
    return this.sampler.take(mediaTimeMs) && spends(this.arrivals, 1, arrivedAtMs);
  }

  private decode(image: Waiting): void {
    this.decoding++;
    const decoded = this.decodeInTurn(image).catch((thrown) =>
      thrown instanceof IngestError ? thrown : new IngestError("image_undecodable", messageOf(thrown)),
    );
    this.inOrder = this.inOrder.then(async () => {
      const outcome = await decoded;
      this.decoding--;
      if (this.state === "closed") return;
      const waiting = this.waiting;
      this.waiting = null;
      if (waiting !== null) this.decode(waiting);
      if (outcome === null) this.drop(image, "rate");
      else if (outcome instanceof IngestError) this.refuse(image, outcome);
      else this.frames.next(new EncodedFrame(image, image.bytes, outcome));
      this.completeWhenIdle();
    });
  }

  /** Decodes an image; null when that would cost more than the budget of pixels has, or when nobody wants it any more. */
  private decodeInTurn({ bytes, arrivedAtMs }: Waiting): Promise<DecodedImage | null> {
    return decodeInTurn(bytes, this.options, {
      isWanted: () => this.state !== "closed",
      isAffordable: ({ cost }) => spends(this.pixels, cost, arrivedAtMs),
    });
  }

  private refuse(image: Waiting, error: IngestError): void {
    this.errors.next({ seq: image.seq, error });
    this.drop(image, "decode_error");
  }

  private drop({ seq, mediaTimeMs }: Waiting, reason: DropReason): void {
    this.dropped.next({ seq, mediaTimeMs, reason });
  }

  private completeWhenIdle(): void {
    if (this.state === "ending" && this.decoding === 0) this.close();
  }
}

function bucket(perSecond: number, most: number): TokenBucket | null {
  return Number.isFinite(most) ? new TokenBucket({ perSecond, most }) : null;
}

/** Spends a cost if the budget has something left. Null is no budget. */
function spends(budget: TokenBucket | null, cost: number, nowMs: number): boolean {
  if (budget === null) return true;
  if (budget.waitMs(nowMs) > 0) return false;
  budget.spend(cost, nowMs);
  return true;
}

function timeBackwards(mediaTimeMs: number, lastMs: number): IngestError {
  return new IngestError(
    "media_time_backwards",
    `The media time is ${mediaTimeMs} ms after one of ${lastMs} ms. Send images in the order of capture. When the ` +
      "camera's time was set back, open a new stream.",
  );
}
