import type { Frame, Zones } from "../ingest/mod.ts";
import type { RaisedAlert, SessionStats } from "../protocol/mod.ts";
import type { EventLog } from "./event-log.ts";
import type { StreamStanding } from "./stream-past.ts";

/** `session`: opened by a client, who feeds it. `camera`: opened by the server, which reads its video itself. */
export type StreamKind = "session" | "camera";

/**
 * `created`: settings may change. `open`: the first frame or question has come, or a source has begun, and the engine's
 * stream is open. `ending`: nothing more is taken, and what waits is thought about. `closed`: the log has ended.
 */
export type StreamState = "created" | "open" | "ending" | "closed";

/** When a question is answered, and the ids that the client gave it. */
export interface AskOptions {
  /**
   * `now`, the default: answer at once. `end`: answer when the stream has ended and all of it has been thought about.
   */
  readonly when?: "now" | "end";
  /** `item.id` of the question. */
  readonly itemId?: string | undefined;
  /** `event_id` of the message that asks. */
  readonly eventId?: string | undefined;
}

/** What those who listen may use of an open stream. */
export interface ListenedStream {
  readonly id: string;
  readonly kind: StreamKind;
  /** When it was opened (ms since 1970). */
  readonly createdAtMs: number;
  readonly state: StreamState;
  /** Its events: the past ones, as far back as they are held, and the new ones. The last one is `session.closed`. */
  readonly log: Pick<EventLog, "from" | "newest">;
  /** Number of its next event. */
  readonly nextEvent: number;
  /** Where a later stream of this name goes on from. */
  readonly standing: StreamStanding;
  /** Its counters as of now. */
  readonly figures: SessionStats;
  /** The newest picture that was thought about or waits for it; null before the first. */
  readonly newestFrame: Frame | null;
  /** Parts of the picture that have a name. */
  readonly zones: Zones;
  /**
   * Asks a question, which is answered on the log.
   *
   * @returns the id of the answer
   * @throws {ProtocolError} `session_closing`
   * @throws {EngineError} as `EngineStream.ask` does
   */
  ask(question: string, options?: AskOptions): string;
  /** Writes `alert.raised`. After the end of the stream it is ignored. */
  raise(alert: RaisedAlert): void;
}

/**
 * Hears of each stream when it is opened, before anything has happened on it, and may listen to its log from then on:
 * history, alerts, sinks, metrics. It must not throw, and not wait.
 *
 * @example
 * const listener: StreamListener = ({ id, log }) => {
 *   log.from(null).subscribe((entry) => "event" in entry && console.log(id, entry.event.type));
 * };
 */
export type StreamListener = (stream: ListenedStream) => void;
