import { type Logger, pino } from "pino";
import { numberEvent, type ServerEvent, type ServerEventOf } from "../../src/protocol/mod.ts";
import type { Notice } from "../../src/sinks/mod.ts";

/** An alert, without its id. */
export function alert(message: string): Omit<ServerEventOf<"alert.raised">, "type" | "event_id"> {
  const nothing = { response_id: null, zone: null, snapshot: null };
  return { alert: "visitor", when: "a person enters", message, media_time_ms: 1000, ...nothing };
}

/** A notice of an alert. */
export function notice(number: number, message = `person ${number}`): Notice {
  const event: ServerEvent = numberEvent(number, { type: "alert.raised", ...alert(message) });
  const id = `door:1764314000123:${event.event_id}`;
  return { stream: "door", kind: "camera", event, number, heardAtMs: 1_764_314_000_123, id };
}

/** A line of the log, as an object. */
export interface LogRecord {
  readonly level: number;
  readonly msg: string;
  readonly sink?: string;
  readonly notice?: string;
  readonly why?: string;
  readonly event?: ServerEvent;
}

/** A logger whose lines are kept. */
export class KeptLog {
  readonly lines: LogRecord[] = [];
  readonly log: Logger = pino(
    { level: "info" },
    { write: (line: string) => void this.lines.push(JSON.parse(line)) },
  );

  get deadLetters(): LogRecord[] {
    return this.lines.filter(({ msg }) => msg.startsWith("dead letter"));
  }

  /** All that was logged, as text. */
  get text(): string {
    return JSON.stringify(this.lines);
  }
}
