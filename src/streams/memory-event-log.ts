import { Observable, type Subscriber } from "rxjs";
import type { EventLog, LogEntry, Numbered } from "./event-log.ts";

export interface MemoryEventLogOptions<E> {
  /** Most bytes that are held, by `sizeOf`. */
  readonly maxBytes: number;
  /** Longest time that an event is held (ms). */
  readonly maxAgeMs: number;
  /** Bytes of an event. */
  readonly sizeOf: (event: E) => number;
  /** The time (ms, monotonic). Default: `performance.now`. */
  readonly now?: () => number;
}

interface Held<E> {
  readonly entry: Numbered<E>;
  readonly bytes: number;
  readonly atMs: number;
}

interface Listener<E> {
  readonly subscriber: Subscriber<LogEntry<E>>;
  /** The last number that it has, or that it does not want. */
  seen: number;
  isTelling: boolean;
}

/** An event log in memory, bounded by bytes and by time: the oldest events go first. Each event is told before it can go. */
export class MemoryEventLog<E> implements EventLog<E> {
  /** In order of their numbers; those before `first` are gone. */
  private held: Held<E>[] = [];
  private first = 0;
  private heldBytes = 0;
  private lastNumber = -1;
  private goneUpTo = -1;
  private isEnded = false;
  private readonly listeners = new Set<Listener<E>>();
  private readonly now: () => number;

  constructor(private readonly options: MemoryEventLogOptions<E>) {
    this.now = options.now ?? (() => performance.now());
  }

  get oldest(): number | null {
    this.forget();
    return this.held[this.first]?.entry.number ?? null;
  }

  get newest(): number | null {
    return this.lastNumber < 0 ? null : this.lastNumber;
  }

  append(entry: Numbered<E>): number {
    if (this.isEnded) throw new RangeError(`Event ${entry.number} came after the end of its log.`);
    if (!(entry.number > this.lastNumber)) {
      throw new RangeError(`Event ${entry.number} came after event ${this.lastNumber}. Numbers must go up.`);
    }
    const bytes = this.options.sizeOf(entry.event);
    this.lastNumber = entry.number;
    this.held.push({ entry, bytes, atMs: this.now() });
    this.heldBytes += bytes;
    this.tellAll();
    this.forget();
    return entry.number;
  }

  from(after: number | null): Observable<LogEntry<E>> {
    return new Observable((subscriber) => {
      this.forget();
      const listener: Listener<E> = { subscriber, seen: after ?? -1, isTelling: false };
      this.listeners.add(listener);
      subscriber.add(() => this.listeners.delete(listener));
      this.tell(listener);
    });
  }

  end(): void {
    if (this.isEnded) return;
    this.isEnded = true;
    this.tellAll();
  }

  private tellAll(): void {
    for (const listener of [...this.listeners]) this.tell(listener);
  }

  /**
   * Tells a listener all that it does not have. What it does meanwhile may append: then the call under way goes on with
   * that, so that it gets everything in order.
   */
  private tell(listener: Listener<E>): void {
    if (listener.isTelling) return;
    listener.isTelling = true;
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
    listener.isTelling = false;
    if (this.isEnded) subscriber.complete();
  }

  /** The first that is held above a number, by bisection: the newest is what is asked for most. */
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

  /** Lets go of what is over the bounds. */
  private forget(): void {
    const { maxBytes, maxAgeMs } = this.options;
    const sinceMs = this.now() - maxAgeMs;
    for (let oldest = this.held[this.first]; oldest !== undefined; oldest = this.held[this.first]) {
      if (this.heldBytes <= maxBytes && oldest.atMs >= sinceMs) break;
      this.heldBytes -= oldest.bytes;
      this.goneUpTo = oldest.entry.number;
      this.first++;
    }
    // Now and then rather than each time: an amortised constant.
    if (2 * this.first > this.held.length) {
      this.held = this.held.slice(this.first);
      this.first = 0;
    }
  }
}
