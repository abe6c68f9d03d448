import { defer, fromEvent, map, NEVER, type Observable, race, retry, throwError, timer } from "rxjs";
import { type Frame, IngestError, type IngestErrorCode, restamped } from "../../ingest/mod.ts";
import type { Intake } from "./source.ts";

/** How long to wait before a lost source is connected to again. */
export interface ReconnectWaits {
  /** Before the first attempt (ms); twice as long before each further one. Default: 1000. */
  readonly firstMs?: number;
  /** The longest wait (ms). Default: 30 000. */
  readonly mostMs?: number;
}

export interface ReconnectingOptions extends ReconnectWaits {
  /** Told when the source was lost, and when it is back. */
  readonly into: Pick<Intake, "changed" | "gap">;
  /** Ends a wait: the source is opened once more, which must fail then. */
  readonly signal?: AbortSignal | undefined;
}

/** Failures that another attempt does not mend. */
const FINAL: readonly IngestErrorCode[] = [
  "aborted",
  "ffmpeg_missing",
  "option_out_of_range",
  "address_forbidden",
];

/**
 * Frames of a live source that is connected to again whenever it is lost. Their numbers and media times go on: a frame's
 * media time is the time since the first frame of all, whatever lies between. When the first connection fails before it
 * has given a frame, or when a failure cannot be mended, that is an error.
 *
 * @param open connects. The media times of its frames count from the moment that it is given (ms, monotonic)
 * @example
 * const open = (startedAtMs: number) => openVideo(url, { ...options, live: true, startedAtMs });
 * reconnecting(open, { into }).subscribe(see);
 */
export function reconnecting(
  open: (startedAtMs: number) => Observable<Frame>,
  { into, signal, firstMs = 1000, mostMs = 30_000 }: ReconnectingOptions,
): Observable<Frame> {
  return defer(() => {
    const time = new JoinedTime();
    let isLost = false;
    const aborted$ = signal === undefined ? NEVER : fromEvent(signal, "abort");

    const back = (fromMs: number, toMs: number) => {
      isLost = false;
      const message = `The source is back. For ${((toMs - fromMs) / 1000).toFixed(1)} seconds nothing was seen.`;
      into.gap({ fromMs, toMs, reason: "lost", message });
      into.changed({ state: "live", message, mediaTimeMs: toMs });
    };
    const join = (frame: Frame) => {
      const beforeMs = time.lastMs;
      const joined = time.join(frame);
      if (isLost) back(beforeMs, joined.mediaTimeMs);
      return joined;
    };
    const connection = () => open(time.startedAtMs).pipe(map(join));
    const again = (error: unknown, attempt: number) => {
      const isFinal = !(error instanceof IngestError) || FINAL.includes(error.code);
      if (isFinal || time.isEmpty) return throwError(() => error);
      if (!isLost) {
        isLost = true;
        const message = `${error.message} Trying to connect again.`;
        into.changed({ state: "reconnecting", message, mediaTimeMs: time.lastMs });
      }
      return race(timer(Math.min(mostMs, firstMs * 2 ** (attempt - 1))), aborted$);
    };
    return defer(connection).pipe(retry({ delay: again, resetOnSuccess: true }));
  });
}

/** Numbers and media times of frames that come over several connections, one after the other. */
class JoinedTime {
  /** The moment from which the media times of all connections count (ms). */
  readonly startedAtMs = performance.now();
  /** Media time of the last frame (ms). */
  lastMs = 0;
  private seq = 0;
  private firstMs = 0;

  get isEmpty(): boolean {
    return this.seq === 0;
  }

  join(frame: Frame): Frame {
    if (this.isEmpty) this.firstMs = frame.mediaTimeMs;
    this.lastMs = Math.max(this.lastMs, frame.mediaTimeMs - this.firstMs);
    return restamped(frame, { seq: this.seq++, mediaTimeMs: this.lastMs });
  }
}
