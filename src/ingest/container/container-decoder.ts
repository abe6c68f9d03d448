import type { FrameFormat } from "../check-options.ts";
import { IngestError } from "../errors.ts";
import { type FfmpegBinary, resolveFfmpeg } from "../ffmpeg-binary.ts";
import type { RawFrame } from "../ffmpeg-process.ts";
import { FrameLayout, type FramePictures } from "../frame-layout.ts";
import { Arrivals } from "./arrivals.ts";
import { ContainerRun, type ContainerRunEnd, howItEnded, startFailure } from "./container-run.ts";
import type { ContainerKind } from "./kinds.ts";
import type { ContainerLimits } from "./limits.ts";
import type { Piece, Splitter } from "./splitter.ts";

/** So long (ms) a start of the decoder counts against `maxDecoderRestarts`. */
const RESTARTS_MS = 60_000;
/** So many of the largest pictures may come before the first one is decoded. */
const MOST_BEFORE_FIRST = 2;

export interface ContainerDecoderOptions extends FrameFormat, ContainerLimits {
  readonly kind: ContainerKind;
  /** Longest side (px) of a second, larger picture of every frame. Default: there is none. */
  readonly largeSide?: number;
  /** Most pixels of a picture. */
  readonly maxPixels: number;
  /** Most bytes of one encoded picture. */
  readonly maxPictureBytes: number;
  /** When the decoder may start: an earlier one must be gone. Default: at once. */
  readonly after?: Promise<unknown>;
  /** Default: `resolveFfmpeg()`. */
  readonly ffmpeg?: FfmpegBinary;
}

/** A picture that was decoded. */
export interface ContainerPicture extends FramePictures {
  /** Its time in the container (ms); null where the container has none. */
  readonly timeMs: number | null;
  /** When the chunk had come that held its end, as near as that is known, on the monotonic clock (ms). */
  readonly arrivedAtMs: number;
  /** False when something of what it is decoded from was missing. */
  readonly isWhole: boolean;
}

/** What is told of a container. After `close` nothing is. */
export interface ContainerListener {
  /** A decoder is there. */
  ready(): void;
  picture(picture: ContainerPicture): void;
  /** The decoder has died. Another one begins with the next key frame. */
  restarting(error: IngestError): void;
  /** All was decoded, or something is wrong with it. Called once, at last. */
  ended(error: IngestError | null): void;
}

/**
 * Decodes a container that comes in chunks of any size. Frames come out at most `fps` a second, by the container's own
 * times where it has some. When ffmpeg dies or hangs, another one gets the container's header, and goes on where a
 * decoder can begin.
 *
 * @example
 * const decoder = new ContainerDecoder({ kind: containerKind("video/webm")!, ...options }, listener);
 * socket.on("message", (chunk) => decoder.push(chunk));
 * socket.on("close", () => decoder.end());
 */
export class ContainerDecoder {
  private readonly splitter: Splitter;
  private readonly layout: FrameLayout;
  private readonly arrivals = new Arrivals();
  private state: "open" | "ending" | "over" = "open";
  private binary: FfmpegBinary | null = null;
  private run: ContainerRun | null = null;
  /** What has come before the decoder was there. */
  private waiting: { readonly piece: Piece; readonly arrivedAtMs: number }[] = [];
  private lastRun: Promise<unknown>;
  private readonly restartedAtMs: number[] = [];
  private firstPicture: NodeJS.Timeout | null = null;
  private bytes = 0;
  private pictures = 0;

  constructor(
    private readonly options: ContainerDecoderOptions,
    private readonly listener: ContainerListener,
  ) {
    const { kind, width, height, largeSide, maxContainerHeaderBytes, maxPictureBytes, after } = options;
    this.splitter = kind.split({ maxHeaderBytes: maxContainerHeaderBytes, maxPictureBytes });
    this.layout = new FrameLayout({ width, height }, largeSide);
    this.lastRun = after ?? Promise.resolve();
    Promise.all([options.ffmpeg ?? resolveFfmpeg(), after]).then(
      ([binary]) => this.isReady(binary),
      (error: unknown) => {
        if (!(error instanceof IngestError)) throw error;
        this.finish(error);
      },
    );
  }

  /** Resolves when no process of it is left. Ask after its end. */
  get gone(): Promise<unknown> {
    return this.lastRun;
  }

  /** Whether so much waits for the decoder that nothing more should be pushed for now. */
  get isFull(): boolean {
    const early = this.waiting.reduce((sum, { piece }) => sum + piece.bytes.length, 0);
    return early + (this.run?.unreadBytes ?? 0) > this.options.maxDecoderBacklogBytes;
  }

  /** Takes the next chunk. Its bytes must not change afterwards. After its end it is ignored. */
  push(chunk: Uint8Array): void {
    if (this.state !== "open") return;
    const { maxFirstPictureMs, maxPictureBytes } = this.options;
    this.firstPicture ??= setTimeout(() => this.finish(this.nothingCame()), maxFirstPictureMs).unref();
    this.bytes += chunk.length;
    const arrivedAtMs = performance.now();
    try {
      for (const piece of this.splitter.push(chunk)) this.take(piece, arrivedAtMs);
    } catch (error) {
      if (!(error instanceof IngestError)) throw error;
      const expects = `A container of the type ${this.name} must be ${this.options.kind.expects}.`;
      this.finish(new IngestError(error.code, `${error.message} ${expects}`));
      return;
    }
    const isTooMuch = this.bytes > MOST_BEFORE_FIRST * maxPictureBytes + this.options.maxDecoderBacklogBytes;
    if (this.pictures === 0 && isTooMuch) this.finish(this.nothingCame());
  }

  /** Nothing more comes. What has come is decoded to its end. */
  end(): void {
    if (this.state !== "open") return;
    this.state = "ending";
    if (this.binary !== null) this.endRun();
  }

  /** Ends at once. */
  close(): void {
    this.state = "over";
    clearTimeout(this.firstPicture ?? undefined);
    this.waiting = [];
    this.run?.stop();
  }

  private get name(): string {
    return this.options.kind.mimes[0];
  }

  private isReady(binary: FfmpegBinary): void {
    if (this.state === "over") return;
    this.binary = binary;
    this.listener.ready();
    for (const { piece, arrivedAtMs } of this.waiting.splice(0)) this.take(piece, arrivedAtMs);
    if (this.state === "ending") this.endRun();
  }

  private endRun(): void {
    if (this.run !== null) this.run.end();
    else this.finish(this.pictures === 0 ? this.nothingCame() : null);
  }

  private take(piece: Piece, arrivedAtMs: number): void {
    if (this.binary === null) {
      this.waiting.push({ piece, arrivedAtMs });
      return;
    }
    if (this.run === null) {
      if (!piece.isEntry) return;
      this.run = this.begin(this.binary);
    }
    for (const timeMs of piece.timesMs) this.arrivals.note(timeMs, arrivedAtMs);
    this.run.write(piece.bytes);
  }

  private begin(binary: FfmpegBinary): ContainerRun {
    const { kind, fps, maxPixels, decoderTimeoutMs } = this.options;
    const run = new ContainerRun({
      binary,
      kind,
      fps,
      maxPixels,
      layout: this.layout,
      timeoutMs: decoderTimeoutMs,
      onFrame: (frame) => this.show(frame),
      onTooLarge: (width, height) => this.finish(tooLarge(width, height, maxPixels)),
    });
    if (this.splitter.header.length > 0) run.write(this.splitter.header);
    this.lastRun = run.ended.then((end) => {
      this.run = null;
      if (this.state !== "over") this.runEnded(end);
    });
    return run;
  }

  private show(frame: RawFrame): void {
    if (this.state === "over") return;
    clearTimeout(this.firstPicture ?? undefined);
    this.pictures++;
    const { origin } = frame;
    const timeMs = this.options.kind.clock === "container" ? (origin?.timeMs ?? null) : null;
    this.listener.picture({
      timeMs,
      arrivedAtMs: this.arrivedAtMs(timeMs, frame.readAtMs),
      isWhole: frame.isWhole,
      ...this.layout.split(frame.bytes, origin?.size ?? null),
    });
  }

  private arrivedAtMs(timeMs: number | null, readAtMs: number | null): number {
    const nowMs = performance.now();
    if (timeMs !== null) return this.arrivals.of(timeMs) ?? nowMs;
    return readAtMs ?? nowMs;
  }

  private runEnded(end: ContainerRunEnd): void {
    const how = howItEnded(end);
    const wasKilled = end.exit.signal !== null || end.isHung;
    const failure = startFailure(end) ?? this.failure(how, wasKilled);
    if (failure !== null || this.state === "ending") {
      this.finish(failure);
      return;
    }
    this.arrivals.clear();
    const message = `${how} Another one goes on with the next key frame.`;
    this.listener.restarting(new IngestError("container_decoder_died", message));
  }

  /** Why the container is over when its decoder has ended; null where that was to be expected, or it is started again. */
  private failure(how: string, wasKilled: boolean): IngestError | null {
    if (this.pictures === 0 && !wasKilled) {
      const message = `No picture could be decoded. ${how} A container of the type ${this.name} must be ${this.options.kind.expects}.`;
      return new IngestError("container_undecodable", message);
    }
    if (this.state === "ending") {
      const message = `${how} What it had not decoded of the end of the container is lost.`;
      return wasKilled ? new IngestError("container_decoder_died", message) : null;
    }
    const nowMs = performance.now();
    const { maxDecoderRestarts } = this.options;
    this.restartedAtMs.push(nowMs);
    while (nowMs - this.restartedAtMs[0]! > RESTARTS_MS) this.restartedAtMs.shift();
    if (this.restartedAtMs.length <= maxDecoderRestarts) return null;
    const message = `${how} It was started again ${maxDecoderRestarts} times in a minute and is given up. Send another format.`;
    return new IngestError("container_decoder_failed", message);
  }

  private nothingCame(): IngestError {
    const message = `No picture came out of ${this.bytes} bytes of ${this.name}. It must be ${this.options.kind.expects}. Send input_video.stop, and start again.`;
    return new IngestError("container_undecodable", message);
  }

  private finish(error: IngestError | null): void {
    if (this.state === "over") return;
    this.close();
    this.listener.ended(error);
  }
}

function tooLarge(width: number, height: number, maxPixels: number): IngestError {
  const message = `Its pictures have ${width} × ${height} px, and the limit is ${maxPixels} pixels. Send smaller ones.`;
  return new IngestError("container_too_many_pixels", message);
}
