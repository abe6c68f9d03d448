import type { ServerEventOf, ThinkalongClient } from "../../lib/mod.ts";
import { numberOf, type Unread } from "./latest-alerts.ts";

/** An alert that was raised on a stream. */
export interface Raised {
  readonly stream: string;
  readonly event: ServerEventOf<"alert.raised">;
  /** When this page heard of it (ms since 1970). */
  readonly heardAtMs: number;
}

/** Where the newest one is no longer held, nothing says that all was read (ms). */
const PATIENCE_MS = 8_000;

/**
 * Reads the alerts of a stream out of its events, each of them, however many there were. The server holds its events for a
 * while (`limits.max_log_age_ms`), which is much longer than the time between two lists.
 *
 * @throws {ClientError} the events cannot be read, for example because too many read events at once
 */
export async function readAlerts(
  { streams }: ThinkalongClient,
  { stream, after, upTo }: Unread,
): Promise<Raised[]> {
  const raised: Raised[] = [];
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const from = after === null ? { fromStart: true } : { after };
  try {
    for await (const event of streams.events(stream, { ...from, signal })) {
      if (event.type === "alert.raised") raised.push({ stream, event, heardAtMs: Date.now() });
      if (numberOf(event.event_id) >= numberOf(upTo)) break;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  return raised;
}
