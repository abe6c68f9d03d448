import { z } from "zod";
import type { DeliveryLimits } from "./dispatcher.ts";
import { duration, durationMs } from "./duration.ts";
import { EVENT_NAMES, type Wanted } from "./event-filter.ts";

/** The keys that every kind of sink has. */
export const deliveryFields = {
  events: z
    .array(z.enum(EVENT_NAMES).meta({ title: "event name" }))
    .min(1)
    .optional()
    .describe(
      "What it is told: `alerts`, `thoughts`, `questions`, `answers`, `gaps`, `states`, `errors`, or types of the [protocol](protocol.md), such as `session.stats`. Default: `[alerts]`.",
    ),
  streams: z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .describe("Names of the streams that it is told of. Default: all."),
  timeout: duration("5m")
    .optional()
    .describe("Longest time of one attempt: seconds, or a text such as `30s`. Default: 10 seconds."),
  give_up_after: duration("7d")
    .optional()
    .describe(
      "How long a notice is tried again, counted from its event: seconds, or a text such as `1h`. Default: 1 hour.",
    ),
  max_waiting: z
    .int()
    .min(1)
    .max(1_000_000)
    .optional()
    .describe("Most notices that wait. With more, the oldest is dropped. Default: 1000."),
  max_waiting_bytes: z
    .int()
    .min(1024)
    .max(2 ** 30)
    .optional()
    .describe("Most bytes of the notices that wait, as JSON. Default: 4194304 (4 MiB)."),
};

const deliverySchema = z.object(deliveryFields);

/** What an entry says of what is delivered, and how. */
export type DeliveryEntry = z.infer<typeof deliverySchema>;

/** Which events an entry asks for. */
export function wantedBy({ events = ["alerts"], streams = [] }: DeliveryEntry): Wanted {
  return { events, streams };
}

/** How an entry wants to be delivered to. */
export function deliveryLimits(entry: DeliveryEntry): DeliveryLimits {
  return {
    attemptMs: durationMs(entry.timeout ?? "10s"),
    giveUpAfterMs: durationMs(entry.give_up_after ?? "1h"),
    maxWaiting: entry.max_waiting ?? 1000,
    maxWaitingBytes: entry.max_waiting_bytes ?? 4 * 2 ** 20,
  };
}
