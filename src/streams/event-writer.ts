import { encodeServerEvent, numberEvent, type ServerEvent, type UnnumberedEvent } from "../protocol/mod.ts";
import type { EventLog, Numbered } from "./event-log.ts";
import type { LogLimits } from "./limits.ts";
import { MemoryEventLog } from "./memory-event-log.ts";

/** Is told of a fault that is the answer to nobody's message, and of what it means. */
export type FaultListener = (error: unknown, what: string) => void;

/** A log in memory within the limits; an event takes the bytes of its JSON. */
export function memoryLog({ maxLogBytes, maxLogAgeMs }: LogLimits): EventLog {
  return new MemoryEventLog<ServerEvent>({
    maxBytes: maxLogBytes,
    maxAgeMs: maxLogAgeMs,
    sizeOf: (event) => Buffer.byteLength(encodeServerEvent(event)),
  });
}

/** Numbers what a stream says, and writes it into the stream's log. */
export class EventWriter {
  private nextNumber = 0;

  /** @param onFault is told when the log did not keep an event */
  constructor(
    private readonly log: EventLog,
    private readonly onFault: FaultListener,
  ) {}

  /** Numbers an event without writing it: it is for one listener alone. */
  numbered(event: UnnumberedEvent): Numbered<ServerEvent> {
    const number = this.nextNumber++;
    return { number, event: numberEvent(number, event) };
  }

  /** Numbers an event and writes it; a log that takes its time is not waited for. */
  write(event: UnnumberedEvent): void {
    const kept = this.log.append(this.numbered(event));
    if (typeof kept === "number") return;
    kept.catch((error: unknown) => this.onFault(error, "The log did not keep an event."));
  }
}
