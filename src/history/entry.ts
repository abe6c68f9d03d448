import { encodeServerEvent, type ServerEvent } from "../protocol/mod.ts";

/** What kinds of things are kept, in the words of `type=` of a search. */
export const ENTRY_TYPES = [
  "thought",
  "question",
  "answer",
  "alert",
  "gap",
  "state",
  "scene",
  "notice",
  "count",
  "error",
] as const;

export type EntryType = (typeof ENTRY_TYPES)[number];

/** What is kept of an event, beside when it was heard and on which stream. */
export interface Entry {
  readonly type: EntryType;
  /** The words by which it is found. */
  readonly text: string;
  /** Media time of what it is about (ms); null when it is about no moment. */
  readonly mediaMs: number | null;
  /** The whole event as JSON. */
  readonly event: string;
}

/**
 * What is kept of an event; null: nothing. Pieces of a text are not kept, because the whole text follows; nor are units
 * as such, also those about which nothing was said, and single frames. Those are counted in the totals.
 *
 * @example
 * entryOf(event)?.text // "a red car enters from the left"
 */
export function entryOf(event: ServerEvent): Entry | null {
  const kept = keptOf(event);
  return kept && { ...kept, event: encodeServerEvent(event) };
}

function keptOf(event: ServerEvent): Omit<Entry, "event"> | null {
  switch (event.type) {
    case "response.reasoning_text.done":
      if (event.text === "") return null;
      return { type: "thought", text: event.text, mediaMs: event.media_time_ms };
    case "response.created": {
      const { question, media_time_ms } = event.response;
      return question === null ? null : { type: "question", text: question, mediaMs: media_time_ms };
    }
    case "response.output_text.done":
      return { type: "answer", text: event.text, mediaMs: event.media_time_ms };
    case "alert.raised":
      return {
        type: "alert",
        text: `${event.alert}: ${event.when}. ${event.message}`,
        mediaMs: event.media_time_ms,
      };
    case "input.gap":
      return { type: "gap", text: event.message, mediaMs: event.to_ms };
    case "stream.state":
    case "session.model":
      return { type: "state", text: event.message, mediaMs: event.media_time_ms };
    case "session.scene":
      return { type: "scene", text: event.message, mediaMs: event.media_time_ms };
    case "session.source":
      return { type: "notice", text: event.message, mediaMs: event.media_time_ms };
    case "session.stats":
    case "session.closed":
      return { type: "count", text: "", mediaMs: null };
    case "error":
      return { type: "error", text: event.error.message, mediaMs: null };
    default:
      return null;
  }
}
