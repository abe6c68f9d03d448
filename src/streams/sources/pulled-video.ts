import { map, type Observable, throwError } from "rxjs";
import {
  type Frame,
  IngestError,
  type Mask,
  mayComeBack,
  type OpenCameraOptions,
  openCamera,
  PictureMask,
  withoutCredentials,
} from "../../ingest/mod.ts";
import { type ReconnectWaits, reconnecting } from "./reconnecting.ts";
import { seeFrames } from "./see-frames.ts";
import type { Intake, Source, Stop } from "./source.ts";

export interface PulledVideoOptions
  extends Pick<
    OpenCameraOptions,
    | ("pace" | "live" | "inputFps" | "firstFrameTimeoutMs" | "stallTimeoutMs" | "network")
    | ("kind" | "transport" | "intervalMs" | "loop" | "watch" | "decode" | "hwaccel" | "onVideo")
  > {
  /** A video file, an http(s), HLS or RTSP URL, or anything else that `openCamera` takes. */
  readonly input: string;
  /**
   * Connects to a live source again when it is lost. Its media time goes on, and the gap is told, as are all changes of
   * its state. Default: a lost source is an error.
   */
  readonly reconnect?: boolean | ReconnectWaits;
  /** With `reconnect`: after so long without a picture the source counts as stalled (ms). Default: 5000. */
  readonly stalledAfterMs?: number | undefined;
  /** The least that the longest side of a second, larger picture is to be (px). Default: what the stream wants. */
  readonly pictureSide?: number | undefined;
  /** Parts of the picture that nobody may see. Default: none. */
  readonly mask?: Mask | undefined;
  /** Ends the replay early, as if the video ended there, but with the reason `going_away`. */
  readonly signal?: AbortSignal;
}

/** A source that gives fewer frames counts as stalled only when so many in a row are missing. */
const MISSED_FRAMES = 3;
const DEFAULT_STALLED_AFTER_MS = 5000;
/** Cameras that save bandwidth send a key frame no more often than this (ms). */
const KEYFRAME_PERIOD_MS = 5000;

/** A video that this process reads from a file or a URL. When something is wrong with it, the stream fails. */
export class PulledVideo implements Source {
  private readonly mask: PictureMask;

  /** @throws {IngestError} `option_out_of_range` for a mask that is not valid */
  constructor(private readonly options: PulledVideoOptions) {
    this.mask = new PictureMask(options.mask ?? []);
  }

  start(into: Intake): Stop {
    const frames$ = this.frames(into).pipe(map((frame) => this.mask.over(frame)));
    return seeFrames(frames$, into, (error) => {
      if (!(error instanceof IngestError)) throw error;
      return error.code === "aborted" ? null : error;
    });
  }

  private frames(into: Intake): Observable<Frame> {
    const { input, reconnect = false, stalledAfterMs, pictureSide = 0, mask: _, ...options } = this.options;
    const largeSide = Math.max(pictureSide, into.format.largeSide ?? 0);
    const open = (more: Partial<OpenCameraOptions> = {}) =>
      openCamera(input, {
        ...options,
        ...into.format,
        ...(largeSide > 0 && { largeSide }),
        ready$: into.ready$,
        onNotice: (notice) => into.notice({ ...notice, mediaTimeMs: 0 }),
        onProblem: ({ code, message }) => into.problem({ code, message, fatal: false }),
        ...more,
      });
    if (reconnect === false) return open();
    const waits = reconnect === true ? {} : reconnect;
    const comesBack = mayComeBack(input);
    if (!waits.patient && (!comesBack || options.live === false)) {
      const message = "Only a live source with a URL can be connected to again. Leave out reconnect.";
      return throwError(() => new IngestError("option_out_of_range", message));
    }
    const ownMs = options.decode === "keyframes" ? KEYFRAME_PERIOD_MS : (options.intervalMs ?? 0);
    const periodMs = Math.max(ownMs, 1000 / into.format.fps);
    const leastMs = stalledAfterMs ?? DEFAULT_STALLED_AFTER_MS;
    return reconnecting(
      ({ startedAtMs, alive }) => open(comesBack ? { startedAtMs, onAlive: alive } : { onAlive: alive }),
      {
        ...waits,
        into,
        label: input === "-" ? "The standard input" : withoutCredentials(input),
        // What does not come over a network does not stall.
        stalledAfterMs: comesBack ? Math.max(leastMs, MISSED_FRAMES * periodMs) : null,
        comesBack,
        signal: options.signal,
      },
    );
  }
}
