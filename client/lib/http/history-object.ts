import type { EntryType } from "../../../src/history/entry.ts";
import type { ServerEvent } from "../../../src/protocol/server-events.ts";

/** What the history has to say of itself: that nothing was recorded for a while. */
export interface HistoryGap {
  readonly type: "history.gap";
  /** ISO 8601. */
  readonly from: string;
  readonly to: string;
  readonly message: string;
}

/**
 * One thing that was seen, thought, asked or alerted.
 *
 * @example
 * const picture = entry.snapshot && (await server.picture(entry.snapshot));
 */
export interface HistoryEntry {
  /** Counts up in the order in which things were heard, of all streams. */
  readonly id: string;
  readonly object: "history.entry";
  /** Null: the history itself has something to say. So are `kind` and `event_id`. */
  readonly stream: string | null;
  readonly kind: "camera" | "session" | null;
  readonly type: EntryType;
  readonly event_id: string | null;
  /** When it was heard (ISO 8601). */
  readonly time: string;
  /** Media time of what it is about (ms); null: it is about no moment. */
  readonly media_time_ms: number | null;
  readonly text: string;
  /** Path of its picture, for `picture` of the client; null: none is kept. */
  readonly snapshot: string | null;
  /** The whole event. */
  readonly event: ServerEvent | HistoryGap;
}

/**
 * One page of what was found, the newest first.
 *
 * @example
 * const older = page.next && (await server.history.search({ words: "red car", after: page.next }));
 */
export interface HistoryPage {
  readonly entries: readonly HistoryEntry[];
  /** What `after` of the next page is; null: there is no more. */
  readonly next: string | null;
}

/** How many there were. */
export interface HistoryCounts {
  readonly thoughts: number;
  readonly answers: number;
  readonly alerts: number;
  readonly gaps: number;
}

/** An hour or a day in which something was kept. */
export interface HistoryInterval extends HistoryCounts {
  /** ISO 8601. */
  readonly start: string;
  /** The same by stream. */
  readonly streams: Readonly<Record<string, HistoryCounts>>;
}

/** When a stream had the most of something. */
export interface HistoryPeak {
  readonly start: string;
  readonly count: number;
}

/** A stream, over all of the time. */
export interface HistoryStreamSum extends HistoryCounts {
  readonly stream: string;
  /** Null: it had none. */
  readonly peaks: { readonly thoughts: HistoryPeak | null; readonly alerts: HistoryPeak | null };
}

/**
 * What was kept, counted by hour or day.
 *
 * @example
 * for (const { start, alerts } of (await server.history.summary()).data) console.log(start, alerts);
 */
export interface HistorySummary {
  readonly object: "history.summary";
  readonly by: "hour" | "day";
  /** Time zone in which hours and days begin. */
  readonly zone: string;
  readonly from: string;
  readonly to: string;
  readonly data: readonly HistoryInterval[];
  readonly streams: readonly HistoryStreamSum[];
}
