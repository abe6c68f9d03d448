import type { ServerEvent, ServerEventOf } from "../protocol/mod.ts";

/** An event, and when it was heard (ms since 1970). */
export interface Heard<E> {
  readonly event: E;
  readonly atMs: number;
}

/** What a stream has told last; null: nothing yet. */
export interface Latest {
  /** The last thought that says something. */
  readonly thought: Heard<ServerEventOf<"response.reasoning_text.done">> | null;
  readonly alert: Heard<ServerEventOf<"alert.raised">> | null;
}

/** Keeps the last thought and the last alert of a stream. It never holds more than these two events. */
export class LatestSaid {
  private latest: Latest;

  /** @param before what an earlier stream of the same name had told last */
  constructor(before: Latest = { thought: null, alert: null }) {
    this.latest = before;
  }

  get current(): Latest {
    return this.latest;
  }

  hear(event: ServerEvent): void {
    if (event.type === "response.reasoning_text.done" && event.text !== "")
      this.latest = { ...this.latest, thought: { event, atMs: Date.now() } };
    else if (event.type === "alert.raised")
      this.latest = { ...this.latest, alert: { event, atMs: Date.now() } };
  }
}
