import { get, type IncomingMessage } from "node:http";
import { createParser } from "eventsource-parser";
import { SERVER_EVENTS, type ServerEvent } from "../../src/protocol/mod.ts";
import { until } from "./server.ts";

/** A client of server-sent events for tests. It keeps every event, and checks each against its schema. */
export class SseClient {
  readonly events: ServerEvent[] = [];
  /** The ids of the messages, in the same order. */
  readonly ids: (string | undefined)[] = [];
  comments = 0;
  isEnded = false;

  private constructor(readonly response: IncomingMessage) {
    const parser = createParser({
      onEvent: ({ id, event: type, data }) => {
        const event = JSON.parse(data) as ServerEvent;
        if (type !== event.type) throw new Error(`A message of type ${type} has the event ${event.type}.`);
        SERVER_EVENTS[event.type].strict().parse(event);
        this.events.push(event);
        this.ids.push(id);
      },
      onComment: () => {
        this.comments++;
      },
    });
    response.setEncoding("utf8").on("data", (text: string) => parser.feed(text));
    response.on("close", () => {
      this.isEnded = true;
    });
    response.on("error", () => {});
  }

  /** Opens a URL. Resolves when the headers have come. */
  static async open(url: string, headers: Record<string, string> = {}): Promise<SseClient> {
    return await new Promise((resolve, reject) => {
      get(url, { headers, agent: false }, (response) => resolve(new SseClient(response))).on("error", reject);
    });
  }

  get status(): number | undefined {
    return this.response.statusCode;
  }

  /** Waits for the first event of a type that fits. */
  async first<T extends ServerEvent["type"]>(
    type: T,
    fits: (event: Extract<ServerEvent, { type: T }>) => boolean = () => true,
  ): Promise<Extract<ServerEvent, { type: T }>> {
    const find = () =>
      this.events.find(
        (event): event is Extract<ServerEvent, { type: T }> =>
          event.type === type && fits(event as Extract<ServerEvent, { type: T }>),
      );
    await until(`the event ${type}`, () => find() !== undefined);
    return find()!;
  }

  async ended(): Promise<void> {
    await until("the end of the events", () => this.isEnded);
  }

  close(): void {
    this.response.destroy();
  }
}
