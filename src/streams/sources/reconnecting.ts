import {
  defer,
  finalize,
  fromEvent,
  map,
  NEVER,
  type Observable,
  race,
  retry,
  tap,
  throwError,
  timer,
} from "rxjs";
import { type Frame, IngestError, type IngestErrorCode, restamped } from "../../ingest/mod.ts";
import { SourceStates, type SourceStatesOptions } from "./source-states.ts";

/** How long to wait before a lost source is connected to again. */
export interface ReconnectWaits {
  /** Before the first attempt (ms); twice as long before each further one. Default: 1000. */
  readonly firstMs?: number;
  /** The longest wait (ms). Default: 30 000. */
  readonly mostMs?: number;
  /**
   * The shortest wait after the server has refused (401, 403, 404 and the like), because that seldom mends itself, and
   * many attempts look like an attack (ms). Default: 60 000.
   */
  readonly refusedMs?: number;
  /** Also waits for a source that has never been there. Default: false, then that is an error. */
  readonly patient?: boolean;
  /**
   * Numbers from 0 to 1 that stretch or shorten each wait by up to a quarter, so that many streams do not come back all
   * at once. Default: `Math.random`.
   */
  readonly random?: () => number;
}

export interface ReconnectingOptions extends ReconnectWaits, SourceStatesOptions {
  /** Whether the source may be there again when it was lost. Default: true. Otherwise each failure is an error. */
  readonly comesBack?: boolean;
  /** Ends a wait: the source is opened once more, which must fail then. */
  readonly signal?: AbortSignal | undefined;
}

/** What a connection is given. */
export interface ConnectionTime {
  /** The moment from which the media times of its frames count (ms, monotonic). */
  readonly startedAtMs: number;
  /** To be called when there is a sign of life, though no frame. */
  readonly alive: () => void;
}

/** Failures that another attempt does not mend. */
const FINAL: readonly IngestErrorCode[] = [
  ...(["aborted", "ffmpeg_missing", "option_out_of_range"] as const),
  ...([
    "address_forbidden",
    "unsupported_protocol",
    "url_invalid",
    "file_not_found",
    "file_is_directory",
    "file_unreadable",
  ] as const),
];
/** Failures that are final only of a source that was never there: a camera may be plugged in again. */
const FINAL_AT_FIRST: readonly IngestErrorCode[] = ["device_unavailable"];

/** How far a wait is stretched or shortened at most. */
const JITTER = 0.25;

/**
 * Frames of a source that is connected to again whenever it is lost. Their numbers and media times go on: a frame's media
 * time is the time since the first frame of all, whatever lies between. While it waits nothing runs. What becomes of the
 * source is told, and every gap. A failure that cannot be mended is an error. So is that of the first connection, before
 * it has given a frame, unless one is patient.
 *
 * @param open connects
 * @example
 * const open = ({ startedAtMs }: ConnectionTime) => openVideo(url, { ...options, live: true, startedAtMs });
 * reconnecting(open, { into, label: url, stalledAfterMs: 5000 }).subscribe(see);
 */
export function reconnecting(
  open: (time: ConnectionTime) => Observable<Frame>,
  options: ReconnectingOptions,
): Observable<Frame> {
  const { comesBack = true, patient = false, signal } = options;
  return defer(() => {
    const time = new JoinedTime();
    const states = new SourceStates(options);
    let isLost = false;
    let isRefused = false;
    const aborted$ = signal === undefined ? NEVER : fromEvent(signal, "abort");

    const join = (frame: Frame) => {
      isLost = false;
      isRefused = false;
      const joined = time.join(frame);
      states.frame(joined.mediaTimeMs);
      return joined;
    };
    const connection = () =>
      open({ startedAtMs: time.startedAtMs, alive: () => states.alive() }).pipe(map(join));
    const isFinal = (error: IngestError) =>
      !comesBack ||
      FINAL.includes(error.code) ||
      (time.isEmpty && (!patient || FINAL_AT_FIRST.includes(error.code)));
    const again = (error: unknown, attempt: number) => {
      if (!(error instanceof IngestError) || isFinal(error)) return throwError(() => error);
      const wasRefused = isRefused;
      isRefused = error.status !== null && error.status < 500;
      if (!isLost) states.lost(error);
      else if (isRefused && !wasRefused) states.refused(error);
      isLost = true;
      return race(timer(waitMs(attempt, isRefused, options)), aborted$);
    };
    states.connecting();
    return defer(connection).pipe(
      retry({ delay: again, resetOnSuccess: true }),
      tap({
        complete: () => states.ended(),
        error: (error: unknown) => states.ended(error instanceof IngestError ? error.message : undefined),
      }),
      finalize(() => states.close()),
    );
  });
}

function waitMs(attempt: number, isRefused: boolean, waits: ReconnectWaits): number {
  const { firstMs = 1000, mostMs = 30_000, refusedMs = 60_000, random = Math.random } = waits;
  const full = Math.min(mostMs, firstMs * 2 ** (attempt - 1));
  return (isRefused ? Math.max(full, refusedMs) : full) * (1 + JITTER * (2 * random() - 1));
}

/** Numbers and media times of frames that come over several connections, one after the other. */
class JoinedTime {
  /** The moment from which the media times of all connections count (ms). */
  readonly startedAtMs = performance.now();
  private lastMs = 0;
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
