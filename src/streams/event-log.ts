import type { Observable } from "rxjs";
import type { ServerEvent } from "../protocol/mod.ts";

/**
 * An event with its number in its stream. Numbers count up.
 */
export interface Numbered<E> {
  readonly number: number;
  readonly event: E;
}

/** Comes in place of events that the log no longer holds. */
export interface Gap {
  readonly type: "gap";
  /** The last number that the listener has; null when it asked for everything from the beginning. */
  readonly after: number | null;
  /** The last number that is gone. Nothing is missing after it. */
  readonly upTo: number;
}

/** What a listener gets, in order. */
export type LogEntry<E = ServerEvent> = Numbered<E> | Gap;

/**
 * The numbered events of a stream: the past ones, as far back as the log holds them, and the new ones as they come. The
 * owner of the stream gives the numbers; the log only keeps the events.
 */
export interface EventLog<E = ServerEvent> {
  /**
   * Keeps an event and gives it to all listeners. Its number must be greater than every number before.
   *
   * @returns the number, once the event is kept
   * @throws {RangeError} for a number that is not greater than the last one, and after `end`
   */
  append(entry: Numbered<E>): number | Promise<number>;
  /**
   * Gives every event with a number greater than `after` (null: every event): first those that the log holds, then new
   * ones as they come, each exactly once. When some of them are no longer held, a `Gap` comes in their place. Completes
   * after `end`. Never errors.
   */
  from(after: number | null): Observable<LogEntry<E>>;
  /** The number of the oldest event that the log holds; null when it holds none. */
  readonly oldest: number | null;
  /** The number of the newest event that was ever appended, held or not; null before the first. */
  readonly newest: number | null;
  /** No event follows. Listeners complete when they have everything. `from` still gives what the log holds. */
  end(): void;
}
