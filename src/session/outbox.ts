import { type Observable, Subject } from "rxjs";
import type { EngineEvent, StreamTotals } from "../engine/events.ts";
import {
  type Asked,
  type CloseReason,
  EngineEventMapping,
  type ErrorEvent,
  errorEvent,
  eventIds,
  type ServerEvent,
  type SessionObject,
  type SessionStats,
  sessionClosed,
} from "../protocol/mod.ts";
import type { Problem } from "./problem.ts";

/** Everything that a session says, in order and numbered; silent once it is closed. */
export class Outbox {
  /** Hot; completes when the session has said its last. Never errors. */
  readonly events$: Observable<ServerEvent>;
  private readonly events = new Subject<ServerEvent>();
  private readonly nextEventId = eventIds();
  private readonly mapping = new EngineEventMapping(this.nextEventId);

  constructor() {
    this.events$ = this.events.asObservable();
  }

  session(type: "session.created" | "session.updated", session: SessionObject): void {
    this.events.next({ type, event_id: this.nextEventId(), session });
  }

  /** What the engine has to say, as far as a client is told. */
  engine(event: EngineEvent): void {
    for (const mapped of this.mapping.map(event)) this.events.next(mapped);
  }

  /** The engine has taken a question. */
  asked(answer: string, asked: Asked): void {
    for (const event of this.mapping.asked(answer, asked)) this.events.next(event);
  }

  stats(stats: SessionStats): void {
    this.events.next({ type: "session.stats", event_id: this.nextEventId(), stats });
  }

  goingAway(timeLeftMs: number): void {
    this.events.next({
      type: "session.going_away",
      event_id: this.nextEventId(),
      time_left_ms: timeLeftMs,
    });
  }

  problem(problem: Problem): ErrorEvent {
    const event = errorEvent(this.nextEventId(), problem);
    this.events.next(event);
    return event;
  }

  /** Says the last event; `complete` is still to be called. */
  closed(reason: CloseReason, totals: StreamTotals): void {
    this.events.next(sessionClosed(this.nextEventId(), reason, totals));
  }

  complete(): void {
    this.events.complete();
  }
}
