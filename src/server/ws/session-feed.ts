import { Subject, takeUntil } from "rxjs";
import {
  asideEvent,
  type CloseReason,
  eventIdOf,
  type ServerEvent,
  type UnnumberedEvent,
} from "../../protocol/mod.ts";
import type { Gap, StreamHandle } from "../../streams/mod.ts";

/** Why nothing more comes. `replaced`: another listener has taken the place. */
export type EndReason = CloseReason | "replaced";

/** Gets the events of a session: a socket. */
export interface Listener {
  event(event: ServerEvent): void;
  /** Nothing more comes. It is not called after `detach`. */
  ended(reason: EndReason): void;
}

/**
 * The events of one session for one listener after the other: those of the stream's log, each once and in order, and
 * those for this client alone.
 */
export class SessionFeed {
  private listener: Listener | null = null;
  private readonly off$ = new Subject<void>();
  /** Number of the next event of the log that the listener gets. */
  private next = 0;
  /** Events for this client alone, over all listeners, so that no id comes twice. */
  private asides = 0;
  private stats: NodeJS.Timeout | undefined;

  constructor(
    private readonly stream: StreamHandle,
    private statsIntervalMs: number,
    /** Whether the client may see an event. */
    private readonly maySee: (event: ServerEvent) => boolean,
  ) {}

  /**
   * Gives a listener an event for it alone, then every event of the log after that number. The listener before it is
   * replaced.
   *
   * @param after number of the last event that it has; null: none
   */
  attach(listener: Listener, after: number | null, opening: UnnumberedEvent): void {
    this.end("replaced");
    this.listener = listener;
    // Nobody can tell what somebody has missed who names an event that has not been yet.
    const isUnknown = after !== null && after > (this.stream.log.newest ?? -1);
    const from = isUnknown ? null : after;
    this.next = from === null ? 0 : from + 1;
    this.restartStats();
    this.say(opening);
    if (isUnknown) this.sayGap({ type: "gap", after, upTo: after });
    // It may have been taken off because of these.
    if (this.listener === listener) this.follow(listener, from);
  }

  /** Gives nothing more to the listener, and does not tell it. */
  detach(): void {
    this.listener = null;
    clearInterval(this.stats);
    this.off$.next();
  }

  /** Gives the listener an event for it alone. */
  say(event: UnnumberedEvent): void {
    this.listener?.event(asideEvent(this.next, ++this.asides, event));
  }

  /** Gives nothing more to the listener, and tells it why. */
  end(reason: EndReason): void {
    const { listener } = this;
    this.detach();
    listener?.ended(reason);
  }

  /** Sets the time between `session.stats` events (ms). */
  setStatsInterval(ms: number): void {
    this.statsIntervalMs = ms;
    if (this.listener !== null) this.restartStats();
  }

  private follow(listener: Listener, from: number | null): void {
    let reason: CloseReason = "failed";
    this.stream.log
      .from(from)
      .pipe(takeUntil(this.off$))
      .subscribe({
        next: (entry) => {
          if (!("event" in entry)) return this.gap(entry);
          this.next = entry.number + 1;
          if (entry.event.type === "session.closed") reason = entry.event.reason;
          if (this.maySee(entry.event)) listener.event(entry.event);
        },
        // It also completes when the listener is taken off.
        complete: () => this.listener === listener && this.end(reason),
      });
  }

  private gap(gap: Gap): void {
    this.next = gap.upTo + 1;
    this.sayGap(gap);
  }

  private sayGap({ after, upTo }: Gap): void {
    this.say({
      type: "session.gap",
      after: after === null ? null : eventIdOf(after),
      up_to: eventIdOf(upTo),
    });
  }

  private restartStats(): void {
    clearInterval(this.stats);
    this.stats = setInterval(() => this.say(this.stream.stats()), this.statsIntervalMs).unref();
  }
}
