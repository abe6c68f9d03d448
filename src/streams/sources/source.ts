import type { Observable } from "rxjs";
import type { DroppedFrame, Frame, FrameFormat, OpenVideoOptions } from "../../ingest/mod.ts";
import type { GapReason, SourceNoticeCode, SourceState } from "../../protocol/mod.ts";
import type { Problem } from "../problem.ts";

/** Something that a listener should know about a source, though nothing is wrong with the stream. */
export interface SourceNotice {
  readonly code: SourceNoticeCode;
  /** For people. */
  readonly message: string;
  /** Media time to which it refers (ms). */
  readonly mediaTimeMs: number;
}

/** Where a source is, and what is done about it. */
export interface SourceChange {
  readonly state: SourceState;
  /** For people. */
  readonly message: string;
  /** Media time of the last frame (ms); 0 before the first. */
  readonly mediaTimeMs: number;
}

/** A while in which nothing was seen. */
export interface InputGap {
  /** Media time of the last frame before it (ms). */
  readonly fromMs: number;
  /** Media time of the first frame after it (ms). */
  readonly toMs: number;
  readonly reason: GapReason;
  /** For people. */
  readonly message: string;
}

/** The side of a stream that its source calls. `StreamHandle` implements it. */
export interface Intake {
  /**
   * The size (px) and rate (frames a second) that the stream wants; with `largeSide` when its model takes larger
   * pictures too.
   */
  readonly format: FrameFormat & Pick<OpenVideoOptions, "largeSide">;
  /** True while another frame can be taken without a drop. A new subscriber gets the last value at once. */
  readonly ready$: Observable<boolean>;
  /** True while all that was seen has been thought about, see `EngineStream`. */
  readonly caughtUp$: Observable<boolean>;
  /** A picture has arrived. Every picture is counted here, also one that is dropped later. */
  arrived(): void;
  /** A picture to think about. */
  see(frame: Frame): void;
  /** A picture that was dropped, and why. */
  dropped(frame: DroppedFrame): void;
  /**
   * Something is wrong with a picture or, when `fatal`, with the source. After a fatal problem the stream ends as
   * failed.
   */
  problem(problem: Problem): void;
  /** Something that a listener should know about the source. */
  notice(notice: SourceNotice): void;
  /** The source has come, stalls, is lost, is back or has ended. */
  changed(change: SourceChange): void;
  /** Nothing was seen for a while. Called before the first frame after it. */
  gap(gap: InputGap): void;
  /**
   * No more pictures come. What waits is thought about, then the stream ends: with `going_away` as its reason when the
   * source was stopped before its end, else as completed.
   */
  ended(early?: "going_away"): void;
}

/**
 * Stops a source. `drain`: it still gives the pictures that it has, then calls `ended`. `now`: it calls nothing more.
 */
export type Stop = (how: "drain" | "now") => void;

/** Feeds pictures into a stream: pictures that a client pushes, or a video that the server pulls. */
export interface Source {
  start(into: Intake): Stop;
}
