import type { ServerEvent } from "../protocol/mod.ts";
import type { ListenedStream, Numbered } from "../streams/mod.ts";
import type { Notice } from "./sink.ts";

/** What is told of a stream. */
export type ToldStream = Pick<ListenedStream, "id" | "kind" | "createdAtMs">;

/**
 * What a sink is told of an event that has just come.
 *
 * @example
 * noticeOf(stream, entry).id // "door:1764314000123:event_62"
 */
export function noticeOf(
  { id: stream, kind, createdAtMs }: ToldStream,
  { number, event }: Numbered<ServerEvent>,
): Notice {
  const id = `${stream}:${createdAtMs}:${event.event_id}`;
  return { stream, kind, event, number, heardAtMs: Date.now(), id };
}

/** A notice as receivers get it: JSON on one line, without an end of line. */
export function noticeJson({ id, stream, kind, heardAtMs, event }: Notice): string {
  return JSON.stringify({ id, stream, kind, heard_at: new Date(heardAtMs).toISOString(), event });
}
