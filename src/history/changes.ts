import type { StreamKind, StreamStanding } from "../streams/mod.ts";
import type { Entry } from "./entry.ts";

/** An event that is to be kept. */
export interface NewEvent extends Entry {
  readonly what: "event";
  /** Null: it is about no stream. */
  readonly stream: string | null;
  /** Its number in its stream; null: the history itself has something to say. */
  readonly number: number | null;
  /** When it was heard (ms since 1970). */
  readonly wallMs: number;
}

/** The picture of an event that was kept before. */
export interface NewPicture {
  readonly what: "picture";
  readonly stream: string;
  readonly number: number;
  readonly jpeg: Uint8Array;
}

/** Of how many names of streams it is known where they go on. Clients may choose any name. */
export const MOST_PASTS = 1000;

/** Where a stream stands. It takes the place of what was known of it. */
export interface NewStanding extends StreamStanding {
  readonly what: "stream";
  readonly stream: string;
  readonly kind: StreamKind;
  /** Media time of its last frame (ms), and when that arrived (ms since 1970); null before the first. */
  readonly mediaMs: number | null;
  readonly wallMs: number;
}

/** One thing that is to be written. */
export type Change = NewEvent | NewPicture | NewStanding;

/** About how many bytes a change takes until it is written. */
export function sizeOf(change: Change): number {
  switch (change.what) {
    case "event":
      return 200 + 2 * (change.text.length + change.event.length);
    case "picture":
      return 200 + change.jpeg.byteLength;
    case "stream":
      return 1000;
  }
}

/** What the history has to say of itself: that nothing was recorded for a while. */
export function gapNote(fromMs: number, toMs: number, why: string): NewEvent {
  const [from, to] = [new Date(fromMs).toISOString(), new Date(toMs).toISOString()];
  const message = `Nothing was recorded from ${from} to ${to}. ${why}`;
  return {
    what: "event",
    stream: null,
    number: null,
    wallMs: toMs,
    type: "gap",
    text: message,
    mediaMs: null,
    event: JSON.stringify({ type: "history.gap", from, to, message }),
  };
}
