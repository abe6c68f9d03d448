import {
  ContainerDecoder,
  type ContainerKind,
  type ContainerLimits,
  type ContainerPicture,
  ContainerTime,
  type IngestError,
  RgbFrame,
  SampleByMediaTime,
  TokenBucket,
} from "../../ingest/mod.ts";
import { errorInfo, ProtocolError } from "../../protocol/mod.ts";
import type { Intake, Source, Stop } from "./source.ts";

/** Frames may arrive so much faster than their rate, because a camera's clock may be faster than this machine's. */
const CLOCK_SLACK = 1.05;

export interface PushedVideoOptions extends ContainerLimits {
  /** Most bytes of one encoded picture. */
  readonly maxBytes: number;
  /** Most pixels of a picture. */
  readonly maxPixels: number;
  /** How much media time pictures may gain on their arrival, after a pause (ms). */
  readonly maxCatchUpMs: number;
}

/** What is told of a container beside its pictures. */
export interface ContainerReports {
  /** A decoder is there for it. */
  readonly started: () => void;
  /** It is over, decoded to its end or as far as that went. `frames`: how many were decoded. */
  readonly stopped: (frames: number, mediaTimeMs: number) => void;
}

/** The container that is being pushed. `failed`: what still comes of it is thrown away. */
interface Open {
  readonly decoder: ContainerDecoder;
  readonly reports: ContainerReports;
  state: "open" | "draining" | "failed";
  frames: number;
}

/**
 * Containers that a client pushes in chunks, one after the other. Media time goes on from one to the next. When
 * something is wrong with a container, the stream goes on, and another one may begin.
 */
export class PushedVideo implements Source {
  private into: Intake | null = null;
  private container: Open | null = null;
  private readonly time = new ContainerTime();
  private sampler: SampleByMediaTime | null = null;
  private arrivals: TokenBucket | null = null;
  private seq = 0;
  /** Resolves when the last decoder is gone. */
  private gone: Promise<unknown> = Promise.resolve();
  /** Media time from which on nothing was seen, and why; null while pictures come. */
  private gap: { readonly fromMs: number; readonly message: string } | null = null;
  private isEnding = false;

  constructor(private readonly options: PushedVideoOptions) {}

  start(into: Intake): Stop {
    const { fps } = into.format;
    const perSecond = CLOCK_SLACK * fps;
    this.into = into;
    this.sampler = new SampleByMediaTime(fps);
    this.arrivals = new TokenBucket({ perSecond, most: (this.options.maxCatchUpMs / 1000) * fps });
    return (how) => {
      this.isEnding = true;
      if (how === "now") {
        this.container?.decoder.close();
        this.container = null;
      } else if (this.container?.state === "open") this.finish();
      else if (this.container?.state !== "draining") into.ended();
    };
  }

  /** Whether what comes are chunks of a container. */
  get isOpen(): boolean {
    return this.container !== null && this.container.state !== "draining";
  }

  /** Whether so much waits for the decoder that nothing more should be pushed for now. */
  get isFull(): boolean {
    return this.container?.decoder.isFull ?? false;
  }

  /**
   * Begins a container.
   *
   * @throws {ProtocolError} `input_open`, while another one is open or is being decoded to its end
   */
  begin(kind: ContainerKind, reports: ContainerReports): void {
    const into = this.started();
    const before = this.container;
    if (before !== null && before.state !== "failed") {
      const what = before.state === "open" ? "Send input_video.stop first." : "Wait for input_video.stopped.";
      throw new ProtocolError("input_open", `Another container is open. ${what}`);
    }
    const { maxBytes: maxPictureBytes, ...options } = this.options;
    const after = this.gone;
    this.time.begin();
    const decoder = new ContainerDecoder(
      { ...into.format, ...options, kind, maxPictureBytes, after },
      {
        ready: () => reports.started(),
        picture: (picture) => this.picture(into, open, picture),
        restarting: ({ code, message }) => {
          this.gap ??= { fromMs: this.time.lastMs, message };
          into.problem({ code, message });
        },
        ended: (error) => this.ended(into, open, error),
      },
    );
    const open: Open = { decoder, reports, state: "open", frames: 0 };
    this.container = open;
  }

  /** Takes the next chunk of the container. Its bytes must not change afterwards. */
  push(chunk: Uint8Array): void {
    if (this.container?.state === "open") this.container.decoder.push(chunk);
  }

  /**
   * Ends the container: what has come of it is decoded to its end.
   *
   * @throws {ProtocolError} `input_not_open`
   */
  finish(): void {
    const { container } = this;
    if (container === null || container.state === "draining")
      throw new ProtocolError("input_not_open", "No container is open. Send input_video.start first.");
    if (container.state === "failed") this.stopped(container);
    else {
      container.state = "draining";
      container.decoder.end();
    }
  }

  private started(): Intake {
    if (this.into === null) throw new Error("The source has not been started. Call start() first.");
    return this.into;
  }

  private picture(
    into: Intake,
    open: Open,
    { timeMs, arrivedAtMs, isWhole, small, large }: ContainerPicture,
  ): void {
    const mediaTimeMs = this.time.mediaTimeMs(timeMs, arrivedAtMs);
    open.frames++;
    if (!this.sampler!.take(mediaTimeMs)) return;
    if (this.gap !== null) {
      const { fromMs, message } = this.gap;
      this.gap = null;
      into.gap({ fromMs, toMs: mediaTimeMs, reason: "restarted", message });
    }
    const seq = this.seq++;
    into.arrived();
    const reason = isWhole ? (this.isInTime(arrivedAtMs) ? null : "rate") : "decode_error";
    if (reason === null) into.see(new RgbFrame({ seq, mediaTimeMs, arrivedAtMs }, small, large));
    else into.dropped({ seq, mediaTimeMs, reason });
  }

  /** Whether frames do not come faster than their rate, whatever the container's times say. */
  private isInTime(arrivedAtMs: number): boolean {
    if (this.arrivals!.waitMs(arrivedAtMs) > 0) return false;
    this.arrivals!.spend(1, arrivedAtMs);
    return true;
  }

  private ended(into: Intake, open: Open, error: IngestError | null): void {
    this.gone = open.decoder.gone;
    const wasDraining = open.state === "draining";
    if (error !== null) into.problem({ code: error.code, message: error.message });
    if (error !== null && errorInfo(error.code).fatal) {
      this.container = null;
      into.ended();
    } else if (wasDraining) this.stopped(open);
    else open.state = "failed";
  }

  private stopped(open: Open): void {
    this.container = null;
    open.reports.stopped(open.frames, this.time.lastMs);
    if (this.isEnding) this.started().ended();
  }
}
