import type { UnitPlace } from "../cache/mod.ts";
import type { ReportSink } from "./answer-report.ts";
import type { ReasoningOptions } from "./messages.ts";
import type { Policy } from "./policies/policy.ts";
import type { Thinker } from "./thinker.ts";
import type { VisualFeed } from "./visual-feed.ts";
import type { Question } from "./waiting-questions.ts";

/** A narrator as its stream knows it. */
export interface NarratorPolicy extends Policy {
  /** The unit that it thinks about, or waits for. All before it are done. */
  readonly current: number;
  /**
   * Passes over units that take no step. Must be called between two steps.
   * @returns whether it did, so that further units may be seen now
   */
  catchUp?(): boolean;
}

/** An answer that is being given. */
export interface OpenAnswer {
  readonly thinker: Thinker;
  /** Reports that it was cancelled. */
  cancelled(): void;
}

/** Those who think about one stream, as a kind of model needs them. */
export interface StreamThinkers {
  readonly visual: VisualFeed;
  readonly narrator: NarratorPolicy;
  readonly narration: Thinker;
  /**
   * Opens an answer, which is reported when it is done.
   * @param from the unit that the question looks from
   * @param onDone called right before its end is reported
   * @throws {RangeError} when the memory for caches is full
   */
  answer(question: Question, from: UnitPlace, onDone: () => void): OpenAnswer;
}

/**
 * Makes the thinkers of a stream.
 * @throws {RangeError} when the memory for caches is full; what was taken is given back
 */
export type MakeThinkers = (options: ReasoningOptions, sink: ReportSink) => StreamThinkers;
