import type { Observable } from "rxjs";
import type { ServerEvent } from "../protocol/mod.ts";

/**
 * An event with its place in its stream. Numbers count up, though not without holes: an event for one listener alone
 * has a number, too, and is in no log.
 */
export interface Numbered<E> {
  readonly number: number;
  readonly event: E;
}

/** Told in the place of events that were said and are not held any more. */
export interface Gap {
  readonly type: "gap";
  /** The last number that the listener has; null: it asked for all from the beginning. */
  readonly after: number | null;
  /** The last number that is gone: what follows is whole. */
  readonly upTo: number;
}

/** What a listener is told, in order. */
export type LogEntry<E = ServerEvent> = Numbered<E> | Gap;

/** Where the events of a stream go: a socket, a web hook, a history. */
export type Sink<E = ServerEvent> = (entry: Numbered<E>) => void;

/**
 * What a stream has said, as far back as it is held, and what it goes on to say. Whoever owns the stream numbers its
 * events; the log only keeps them.
 */
export interface EventLog<E = ServerEvent> {
  /**
   * Keeps an event and tells it to who listens. Its number is above every number before it.
   *
   * @returns its number, once it is kept
   * @throws {RangeError} for a number that is not above the last one, and after `end`
   */
  append(entry: Numbered<E>): number | Promise<number>;
  /**
   * Every event above a number, null for all: first those that are held, then the coming ones as they come; none twice,
   * none left out. What is not held any more is told as a `Gap` first. Completes after `end`. Never errors.
   */
  from(after: number | null): Observable<LogEntry<E>>;
  /** The oldest number that is held; null when none is. */
  readonly oldest: number | null;
  /** The newest number that was ever appended, held or not; null before the first. */
  readonly newest: number | null;
  /** Nothing follows: listeners complete when they have all. What is held can still be asked for. */
  end(): void;
}
