import type { Logger } from "pino";
import type { ServerEvent } from "../protocol/mod.ts";
import type { StreamListener } from "../streams/mod.ts";
import { idsOf } from "./stream-ids.ts";

/**
 * Writes into the log what becomes of each stream: that it is opened, what happens to its source, what goes wrong, and why
 * it ends. At `trace` there is a line for every event, with its type alone. What a model says, what it is asked, and
 * pictures never come into the log.
 */
export function streamLog(log: Logger): StreamListener {
  return (stream) => {
    const own = log.child(idsOf(stream));
    own.info("stream opened");
    stream.log.from(null).subscribe((entry) => {
      if ("event" in entry) tell(own, entry.event);
    });
  };
}

function tell(log: Logger, event: ServerEvent): void {
  const { event_id } = event;
  switch (event.type) {
    case "stream.state":
      log.info({ state: event.state, event_id }, event.message);
      return;
    case "input.gap":
      log.info({ reason: event.reason, from_ms: event.from_ms, to_ms: event.to_ms, event_id }, event.message);
      return;
    case "session.model":
      log.warn({ status: event.status, event_id }, event.message);
      return;
    case "error": {
      const { type, code, message, fatal } = event.error;
      log[type === "server_error" ? "warn" : "debug"]({ code, fatal, event_id }, message);
      return;
    }
    case "alert.raised":
      log.info({ alert: event.alert, event_id }, "alert raised");
      return;
    case "session.closed":
      log.info({ reason: event.reason, ...event.totals, event_id }, "stream closed");
      return;
    default:
      log.trace({ event: event.type, event_id }, "event");
  }
}
