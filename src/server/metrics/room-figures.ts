/** What a sink has counted since the server was started, and how many notices wait for it. */
export interface SinkCounts {
  readonly delivered: number;
  /** Given up after all that could be tried. */
  readonly failed: number;
  /** There was no room for them, or the receiver wants no more. */
  readonly dropped: number;
  readonly waiting: number;
  /** Whether the receiver has said that it wants no more. */
  readonly disabled: boolean;
}

/** What a history has counted since the server was started. */
export interface HistoryCounts {
  /** Events and pictures that were written. */
  readonly written: number;
  /** Events that were lost because they could not be written. */
  readonly lost: number;
  /** What waits to be written. */
  readonly waiting: number;
  /** How often it could not be written. */
  readonly failures: number;
  /** How long the last batch took to be written (ms). */
  readonly lastBatchMs: number;
}

/**
 * The figures of the rooms that a server has beside it, read when somebody asks for the metrics. They are plain numbers, so
 * that these rooms know nothing of metrics.
 *
 * @example createServer({ engine, figures: { sinks: () => sinks.figures(), history: () => history.figures } })
 */
export interface RoomFigures {
  /** By the names of the sinks. */
  readonly sinks?: () => Readonly<Record<string, SinkCounts>>;
  readonly history?: () => HistoryCounts;
}
