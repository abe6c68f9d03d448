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
