import { z } from "zod";
import { jsonlSchema } from "./jsonl/jsonl-schema.ts";
import { mqttSchema } from "./mqtt/mqtt-schema.ts";
import { webhookSchema } from "./webhook/webhook-schema.ts";

/** A sink's name. */
export const sinkName = z.string().regex(/^[a-z0-9][\w.-]{0,63}$/i, {
  error:
    "It is not a name that a sink may have: a letter or digit, then up to 63 letters, digits, -, _ and dots.",
});

/** The kinds of sinks. Each has a `type` of its own. */
export const SINK_KINDS = [webhookSchema, mqttSchema, jsonlSchema] as const;

const TYPES = SINK_KINDS.map(({ shape }) => JSON.stringify(shape.type.value)).join(", ");

/** One sink, of any kind. */
export const sinkSchema = z.discriminatedUnion("type", SINK_KINDS, {
  error: (issue) => (issue.code === "invalid_union" ? `Its type must be one of ${TYPES}.` : undefined),
});

/** What a sink is, as the config file says it. */
export type SinkEntry = z.infer<typeof sinkSchema>;

/** Sinks by name. */
export const sinksSchema = z.record(sinkName, sinkSchema);
