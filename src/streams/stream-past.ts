import type { StreamCounts } from "./stream-counters.ts";

/** Where a stream stands, so that a later one of the same name can go on from there. */
export interface StreamStanding {
  /** Number of the next event. */
  readonly nextEvent: number;
  /** What was counted until now. */
  readonly counts: StreamCounts;
  /** What the model has last summed up for itself, in its words; null: nothing. */
  readonly recap: string | null;
}

/** Where an earlier stream of the same name stood when another server ran. */
export interface StreamPast extends Omit<StreamStanding, "counts"> {
  /** Null: nothing is known of it. */
  readonly counts: StreamCounts | null;
  /** Media time of the last frame (ms); null when there was none. */
  readonly lastMs: number | null;
  /** When that frame arrived (ms since 1970). */
  readonly lastAtMs: number;
  /** Why the earlier stream has ended, as a sentence for people. */
  readonly why: string;
}
