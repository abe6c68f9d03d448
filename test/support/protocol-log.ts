import { expect } from "vitest";
import { SERVER_EVENTS, type ServerEvent, type ServerEventOf } from "../../src/protocol/mod.ts";

/** Protocol events in the order in which they came. Each is checked against its schema. */
export class ProtocolLog {
  readonly events: readonly ServerEvent[];

  /** @param events the events as parsed JSON */
  constructor(events: readonly unknown[]) {
    this.events = events.map((event) => {
      const { type } = event as ServerEvent;
      expect(Object.keys(SERVER_EVENTS)).toContain(type);
      expect(SERVER_EVENTS[type].strict().safeParse(event)).toMatchObject({ success: true });
      return event as ServerEvent;
    });
    const ids = this.events.map(({ event_id }) => event_id);
    expect(new Set(ids).size, "no event id comes twice").toBe(ids.length);
  }

  /** Reads events from text in which every line must be JSON. */
  static ofLines(text: string): ProtocolLog {
    return new ProtocolLog(
      text
        .split("\n")
        .slice(0, -1)
        .map((line) => JSON.parse(line)),
    );
  }

  all<T extends ServerEvent["type"]>(type: T): ServerEventOf<T>[] {
    return this.events.filter((event): event is Extract<ServerEvent, { type: T }> => event.type === type);
  }

  get types(): string[] {
    return this.events.map(({ type }) => type);
  }

  /**
   * Expects that every response that was created was done exactly once, and that every one that was done was created.
   */
  expectPaired(): void {
    const created = this.all("response.created").map(({ response }) => response.id);
    const done = this.all("response.done").map(({ response }) => response.id);
    expect([...done].sort()).toEqual([...created].sort());
  }
}
