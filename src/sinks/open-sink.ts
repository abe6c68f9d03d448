import type { StreamListener } from "../streams/mod.ts";
import { JsonlSink } from "./jsonl/jsonl-sink.ts";
import { type OpenMqttOptions, openMqttSink } from "./mqtt/open-mqtt-sink.ts";
import type { Sink } from "./sink.ts";
import type { SinkEntry } from "./sink-schema.ts";
import { WebhookSink } from "./webhook/webhook-sink.ts";

/** A sink that can be delivered to. */
export interface OpenedSink {
  readonly sink: Sink;
  /** Opens anew what it writes to, or is connected to. Only where it is. */
  readonly reopen?: () => void;
  /** Hears of each stream that is open or opened. Only where it shows more than events. */
  readonly listen?: StreamListener;
  /** Hears that there are other alerts now. Only where it shows them before they are raised. */
  readonly alertsChanged?: () => void;
}

/** What sinks are opened with, besides their entries. */
export interface OpenSinkOptions extends OpenMqttOptions {
  /** Called whenever a sink can be delivered to again. Only some can tell. */
  readonly onReady: () => void;
}

/**
 * Opens a sink.
 *
 * @throws {SinkError} for one that cannot be as it is given
 */
export async function openSink(
  name: string,
  entry: SinkEntry,
  options: OpenSinkOptions,
): Promise<OpenedSink> {
  switch (entry.type) {
    case "webhook":
      return { sink: new WebhookSink(name, entry, options.env) };
    case "mqtt": {
      const sink = await openMqttSink(name, entry, options);
      return {
        ...{ sink, listen: sink.listen, reopen: () => sink.reconnect() },
        alertsChanged: () => sink.alertsChanged(),
      };
    }
    case "jsonl": {
      const sink = new JsonlSink(name, entry.path);
      await sink.open();
      return { sink, reopen: () => sink.reopen() };
    }
  }
}

/** A sink for people, without secrets. */
export function sinkWords(entry: SinkEntry): string {
  switch (entry.type) {
    case "webhook":
      return `webhook at ${new URL(entry.url).origin}`;
    case "mqtt":
      return `MQTT broker at ${entry.url}`;
    case "jsonl":
      return `lines of JSON in ${entry.path}`;
  }
}
