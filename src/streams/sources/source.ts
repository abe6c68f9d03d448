import type { Observable } from "rxjs";
import type { DroppedFrame, Frame, FrameFormat, OpenVideoOptions } from "../../ingest/mod.ts";
import type { Problem } from "../problem.ts";

/** What a stream takes from its source; `StreamHandle` is one. */
export interface Intake {
  /** The size (px) and rate (frames a second) that it wants; `largeSide` where its model looks at larger pictures, too. */
  readonly format: FrameFormat & Pick<OpenVideoOptions, "largeSide">;
  /** True while a frame can be taken without dropping one. Replays its last value. */
  readonly ready$: Observable<boolean>;
  /** A picture has come in, whatever becomes of it. */
  arrived(): void;
  /** A picture to think about. */
  see(frame: Frame): void;
  /** A picture that will not be seen, and why. */
  dropped(frame: DroppedFrame): void;
  /** What is wrong with a picture or, `fatal`, with the source; then the stream ends as failed. */
  problem(problem: Problem): void;
  /** No more pictures: what waits is thought about, then the stream ends. */
  ended(): void;
}

/**
 * Stops a source. `drain`: what it has taken is still given, then it says `ended`. `now`: it says nothing more.
 */
export type Stop = (how: "drain" | "now") => void;

/** Where a stream's pictures come from. */
export interface Source {
  start(into: Intake): Stop;
}
