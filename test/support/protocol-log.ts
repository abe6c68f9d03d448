import { expect } from "vitest";
import { SERVER_EVENTS, type ServerEvent, type ServerEventOf } from "../../src/protocol/mod.ts";

/** Protocol events in the order in which they came, each held against its schema. */
export class ProtocolLog {
  readonly events: readonly ServerEvent[];

  /** @param events parsed JSON, as a client would have it */
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

  /** From lines of JSON, none of them anything else. */
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

  /** That every response that was announced was also done, once, and the other way round. */
  expectPaired(): void {
    const created = this.all("response.created").map(({ response }) => response.id);
    const done = this.all("response.done").map(({ response }) => response.id);
    expect([...done].sort()).toEqual([...created].sort());
  }
}
