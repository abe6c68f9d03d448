import type { EngineEvent, EngineStream } from "../engine/mod.ts";
import {
  type Asked,
  type CloseReason,
  EngineEventMapping,
  encodeServerEvent,
  numberEvent,
  type ServerEvent,
  type SessionStats,
  sessionClosed,
  type UnnumberedEvent,
} from "../protocol/mod.ts";
import type { EventLog, Numbered } from "./event-log.ts";
import { type Latest, LatestSaid } from "./latest-said.ts";
import type { LogLimits } from "./limits.ts";
import { MemoryEventLog } from "./memory-event-log.ts";
import { StreamCounters, type StreamCounts } from "./stream-counters.ts";

/** Called with a fault for which no client's message is to blame, and with a sentence that says what it means. */
export type FaultListener = (error: unknown, what: string) => void;

/** A log in memory, within the limits. The size of an event is that of its JSON (bytes). */
export function memoryLog({ maxLogBytes, maxLogAgeMs }: LogLimits, firstNumber = 0): EventLog {
  return new MemoryEventLog<ServerEvent>({
    firstNumber,
    maxBytes: maxLogBytes,
    maxAgeMs: maxLogAgeMs,
    sizeOf: (event) => Buffer.byteLength(encodeServerEvent(event)),
  });
}

/** What only the engine knows, because it emits no event for each change of it. */
type OfEngine = Pick<EngineStream, "totals" | "caches">;

/**
 * Writes the events of one stream: counts what happens, turns events of the engine into events of the protocol, numbers
 * these and appends them to the stream's log.
 */
export class EventWriter {
  private readonly counters: StreamCounters;
  private readonly mapping = new EngineEventMapping();
  private readonly said: LatestSaid;
  private isClosed = false;

  /**
   * @param onFault called when the log did not keep an event
   * @param nextNumber number of the first event
   * @param before what an earlier stream of this name had counted
   * @param latest what it had told last
   */
  constructor(
    private readonly log: EventLog,
    private readonly onFault: FaultListener,
    private nextNumber = 0,
    before: StreamCounts | null = null,
    latest?: Latest,
  ) {
    this.said = new LatestSaid(latest);
    this.counters = new StreamCounters(performance.now(), before);
  }

  /** Numbers an event and appends it to the log. After `close` it is ignored. */
  write(event: UnnumberedEvent): void {
    if (!this.isClosed) this.append(event);
  }

  /** Counts an event of the engine and writes the events of the protocol that it becomes. */
  engineEvent(event: EngineEvent): void {
    this.counters.engineEvent(event, performance.now());
    for (const mapped of this.mapping.map(event)) this.write(mapped);
  }

  /** Counts a frame that has arrived, whether or not it is dropped later. */
  frameArrived(): void {
    this.counters.frameArrived(performance.now());
  }

  /** Announces the answer to a question. */
  asked(answer: string, asked: Asked): void {
    for (const event of this.mapping.asked(answer, asked)) this.write(event);
  }

  /** Number of the next event. */
  get next(): number {
    return this.nextNumber;
  }

  /** What was counted until now, for a stream that goes on from here. */
  get counts(): StreamCounts {
    return this.counters.counts;
  }

  /** What was told last. */
  get latest(): Latest {
    return this.said.current;
  }

  /**
   * The counters as of now.
   *
   * @param ofEngine the engine's stream; null: there is none yet
   */
  figures(ofEngine: OfEngine | null): SessionStats {
    return this.counters.stats(performance.now(), ofEngine?.caches ?? null);
  }

  /** `session.stats` as of now, for one listener alone. */
  stats(ofEngine: OfEngine | null): UnnumberedEvent {
    return { type: "session.stats", stats: this.figures(ofEngine) };
  }

  /** `session.closed` as of now, for one listener that leaves while the stream goes on. */
  farewell(reason: CloseReason, ofEngine: OfEngine | null): UnnumberedEvent {
    return sessionClosed(reason, this.counters.totals(ofEngine?.totals));
  }

  /** Numbers an event without writing it, because it is for one listener alone. */
  numbered(event: UnnumberedEvent): Numbered<ServerEvent> {
    const number = this.nextNumber++;
    return { number, event: numberEvent(number, event) };
  }

  /** Writes nothing from now on. With a reason it writes `session.stats` and `session.closed` first. */
  close(reason: CloseReason | undefined, ofEngine: OfEngine | null): void {
    // First, so that nothing that a listener does on one of the last two events is written after them.
    this.isClosed = true;
    if (reason === undefined) return;
    this.append(this.stats(ofEngine));
    this.append(this.farewell(reason, ofEngine));
  }

  /** A log may keep events asynchronously; nobody waits for it, but its failure is reported. */
  private append(event: UnnumberedEvent): void {
    const numbered = this.numbered(event);
    // First, so that whoever hears of it finds it here.
    this.said.hear(numbered.event);
    const kept = this.log.append(numbered);
    if (typeof kept === "number") return;
    kept.catch((error: unknown) => this.onFault(error, "The log did not keep an event."));
  }
}
