import { JsonlSink } from "./jsonl/jsonl-sink.ts";
import type { Sink } from "./sink.ts";
import type { SinkEntry } from "./sink-schema.ts";
import { WebhookSink } from "./webhook/webhook-sink.ts";

/** A sink that can be delivered to. */
export interface OpenedSink {
  readonly sink: Sink;
  /** Opens anew what it writes to. Only where it writes to something. */
  readonly reopen?: () => void;
}

/**
 * Opens a sink.
 *
 * @throws {SinkError} for one that cannot be as it is given
 */
export async function openSink(
  name: string,
  entry: SinkEntry,
  env: Readonly<Record<string, string | undefined>>,
): Promise<OpenedSink> {
  switch (entry.type) {
    case "webhook":
      return { sink: new WebhookSink(name, entry, env) };
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
    case "jsonl":
      return `lines of JSON in ${entry.path}`;
  }
}
