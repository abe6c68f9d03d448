import { Observable, type Subscriber } from "rxjs";
import type { EventLog, LogEntry, Numbered } from "./event-log.ts";

export interface MemoryEventLogOptions<E> {
  /** Most bytes that are held, as `sizeOf` counts them. */
  readonly maxBytes: number;
  /** How long an event is held (ms). */
  readonly maxAgeMs: number;
  /** Size of an event (bytes). */
  readonly sizeOf: (event: E) => number;
  /** The time (ms, monotonic). Default: `performance.now`. */
  readonly now?: () => number;
  /** Its first event has this number or a greater one. Those before count as gone. Default: 0. */
  readonly firstNumber?: number;
}

interface Held<E> {
  readonly entry: Numbered<E>;
  readonly bytes: number;
  readonly atMs: number;
}

interface Listener<E> {
  readonly subscriber: Subscriber<LogEntry<E>>;
  /** The last number that it has, or that it did not ask for. */
  seen: number;
  /** Whether `deliver` is under way for it. */
  isDelivering: boolean;
}

/**
 * An event log in memory, limited in bytes and in time. The oldest events go first. Every listener gets an event before
 * that can go.
 */
export class MemoryEventLog<E> implements EventLog<E> {
  /** Events in the order of their numbers. Those before index `first` are gone. */
  private held: Held<E>[] = [];
  private first = 0;
  private heldBytes = 0;
  private lastNumber: number;
  private goneUpTo: number;
  private isEnded = false;
  private readonly listeners = new Set<Listener<E>>();
  private readonly now: () => number;

  constructor(private readonly options: MemoryEventLogOptions<E>) {
    this.now = options.now ?? (() => performance.now());
    this.lastNumber = (options.firstNumber ?? 0) - 1;
    this.goneUpTo = this.lastNumber;
  }

  get oldest(): number | null {
    this.forget();
    return this.held[this.first]?.entry.number ?? null;
  }

  get newest(): number | null {
    return this.lastNumber < 0 ? null : this.lastNumber;
  }

  append(entry: Numbered<E>): number {
    if (this.isEnded)
      throw new RangeError(
        `Event ${entry.number} came after the end of its log. Append nothing after end().`,
      );
    if (!(entry.number > this.lastNumber)) {
      throw new RangeError(
        `Event ${entry.number} came after event ${this.lastNumber}. Append events in the order of their numbers.`,
      );
    }
    const bytes = this.options.sizeOf(entry.event);
    this.lastNumber = entry.number;
    this.held.push({ entry, bytes, atMs: this.now() });
    this.heldBytes += bytes;
    this.deliverToAll();
    this.forget();
    return entry.number;
  }

  from(after: number | null): Observable<LogEntry<E>> {
    return new Observable((subscriber) => {
      this.forget();
      const listener: Listener<E> = { subscriber, seen: after ?? -1, isDelivering: false };
      this.listeners.add(listener);
      subscriber.add(() => this.listeners.delete(listener));
      this.deliver(listener);
    });
  }

  end(): void {
    if (this.isEnded) return;
    this.isEnded = true;
    this.deliverToAll();
  }

  private deliverToAll(): void {
    for (const listener of [...this.listeners]) this.deliver(listener);
  }

  /**
   * Gives a listener every event that it does not have. The listener may append events while it is called. Then the
   * call that is already under way delivers them too, so that it gets everything in order.
   */
  private deliver(listener: Listener<E>): void {
    if (listener.isDelivering) return;
    listener.isDelivering = true;
    const { subscriber } = listener;
    while (!subscriber.closed) {
      if (listener.seen < this.goneUpTo) {
        const after = listener.seen < 0 ? null : listener.seen;
        listener.seen = this.goneUpTo;
        subscriber.next({ type: "gap", after, upTo: this.goneUpTo });
        continue;
      }
      const next = this.nextAfter(listener.seen);
      if (next === undefined) break;
      listener.seen = next.number;
      subscriber.next(next);
    }
    listener.isDelivering = false;
    if (this.isEnded) subscriber.complete();
  }

  /** The first event with a greater number that is held, found by bisection. */
  private nextAfter(number: number): Numbered<E> | undefined {
    if (number >= this.lastNumber) return undefined;
    let [low, high] = [this.first, this.held.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.held[middle]!.entry.number > number) high = middle;
      else low = middle + 1;
    }
    return this.held[low]?.entry;
  }

  /** Removes the events that are over the limits. */
  private forget(): void {
    const { maxBytes, maxAgeMs } = this.options;
    const sinceMs = this.now() - maxAgeMs;
    for (let oldest = this.held[this.first]; oldest !== undefined; oldest = this.held[this.first]) {
      if (this.heldBytes <= maxBytes && oldest.atMs >= sinceMs) break;
      this.heldBytes -= oldest.bytes;
      this.goneUpTo = oldest.entry.number;
      this.first++;
    }
    // Not each time, so that the cost per event stays constant on average.
    if (2 * this.first > this.held.length) {
      this.held = this.held.slice(this.first);
      this.first = 0;
    }
  }
}
