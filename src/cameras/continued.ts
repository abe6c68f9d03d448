import { type DroppedFrame, type Frame, restamped } from "../ingest/mod.ts";
import type {
  InputGap,
  Intake,
  Problem,
  Source,
  SourceChange,
  SourceNotice,
  StreamPast,
} from "../streams/mod.ts";

/** Where the stream that a camera had before has ended. */
export interface StreamBefore {
  /** Media time of its last frame (ms). */
  readonly lastMs: number;
  /** When that frame arrived (ms, monotonic). */
  readonly lastAtMs: number;
  /** Why it has ended, as a sentence for people. */
  readonly why: string;
}

/** Where the stream of an earlier server has ended; null where that had no frame. */
export function streamBefore({ lastMs, lastAtMs, why }: StreamPast): StreamBefore | null {
  if (lastMs === null) return null;
  // The machine's clock may have been set meanwhile.
  return { lastMs, lastAtMs: performance.now() - Math.max(0, Date.now() - lastAtMs), why };
}

/**
 * A source whose stream goes on from an earlier one of the same camera: media time is the time since the first frame of
 * that one, and what was not seen in between is told as a gap.
 *
 * @example
 * stream.feed(continued(cameraSource(options), { lastMs: 61_000, lastAtMs, why: "Its model had to be started again." }))
 */
export function continued(source: Source, before: StreamBefore): Source {
  return { start: (into) => source.start(new LaterIntake(into, before)) };
}

/** Passes everything on, at later media times. */
class LaterIntake implements Intake {
  /** Added to media times (ms); null before the first frame. */
  private laterMs: number | null = null;

  constructor(
    private readonly into: Intake,
    private readonly before: StreamBefore,
  ) {}

  get format() {
    return this.into.format;
  }

  get ready$() {
    return this.into.ready$;
  }

  get caughtUp$() {
    return this.into.caughtUp$;
  }

  arrived(): void {
    this.into.arrived();
  }

  see(frame: Frame): void {
    if (this.laterMs === null) this.tellGap(frame);
    this.into.see(restamped(frame, { mediaTimeMs: this.at(frame.mediaTimeMs) }));
  }

  dropped(frame: DroppedFrame): void {
    this.into.dropped({ ...frame, mediaTimeMs: this.at(frame.mediaTimeMs) });
  }

  problem(problem: Problem): void {
    this.into.problem(problem);
  }

  notice(notice: SourceNotice): void {
    this.into.notice({ ...notice, mediaTimeMs: this.at(notice.mediaTimeMs) });
  }

  changed(change: SourceChange): void {
    this.into.changed({ ...change, mediaTimeMs: this.at(change.mediaTimeMs) });
  }

  gap(gap: InputGap): void {
    this.into.gap({ ...gap, fromMs: this.at(gap.fromMs), toMs: this.at(gap.toMs) });
  }

  ended(early?: "going_away"): void {
    this.into.ended(early);
  }

  private at(mediaTimeMs: number): number {
    return mediaTimeMs + (this.laterMs ?? this.before.lastMs);
  }

  private tellGap({ mediaTimeMs, arrivedAtMs }: Frame): void {
    const { lastMs, lastAtMs, why } = this.before;
    const toMs = lastMs + Math.max(0, arrivedAtMs - lastAtMs);
    this.laterMs = toMs - mediaTimeMs;
    const message = `${why} For ${((toMs - lastMs) / 1000).toFixed(1)} seconds nothing was seen.`;
    this.into.gap({ fromMs: lastMs, toMs, reason: "restarted", message });
  }
}
