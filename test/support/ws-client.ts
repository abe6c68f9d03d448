import { type ClientOptions, WebSocket } from "ws";
import {
  encodeFrameHeader,
  SERVER_EVENTS,
  type ServerEvent,
  type ServerEventOf,
} from "../../src/protocol/mod.ts";

type EventType = ServerEvent["type"];

/** A WebSocket client for tests. It keeps every event, checks each against its schema, and can wait for one. */
export class WsClient {
  readonly socket: WebSocket;
  readonly events: ServerEvent[] = [];
  private readonly listeners = new Set<() => void>();
  private close: { readonly code: number; readonly reason: string } | null = null;
  private failure: Error | null = null;

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on("message", (data) => {
      const event = JSON.parse(String(data)) as ServerEvent;
      const parsed = SERVER_EVENTS[event.type].strict().safeParse(event);
      if (!parsed.success)
        this.failure = new Error(`${event.type} does not fit its schema. ${parsed.error.message}`);
      this.events.push(event);
      this.notify();
    });
    socket.on("close", (code, reason) => {
      this.close = { code, reason: String(reason) };
      this.notify();
    });
    socket.on("error", () => this.notify());
  }

  /**
   * Connects to a server by its URL. Resolves when the socket is open, rejects when the upgrade is refused.
   *
   * @param query parameters of the URL: `resume`, `stream`, `after`
   */
  static async connect(
    url: string,
    { query = {}, ...options }: ClientOptions & { query?: Record<string, string> } = {},
  ): Promise<WsClient> {
    const asked = new URLSearchParams(query).toString();
    const address = `${url.replace("http", "ws")}/v1/stream${asked && `?${asked}`}`;
    const client = new WsClient(new WebSocket(address, options));
    await new Promise<void>((resolve, reject) => {
      client.socket.once("open", resolve);
      client.socket.once("error", reject);
      client.socket.once("unexpected-response", (_request, response) => {
        reject(new Error(`The upgrade was refused with ${response.statusCode}.`));
      });
    });
    return client;
  }

  send(message: object): void {
    this.socket.send(JSON.stringify(message));
  }

  /** Sends a picture with a header. */
  frame(image: Uint8Array, seq: number, captureTimeMs: number): void {
    this.socket.send(Buffer.concat([encodeFrameHeader({ seq, captureTimeMs }), image]));
  }

  ask(text: string, eventId?: string): void {
    this.send({
      type: "conversation.item.create",
      event_id: eventId,
      item: { type: "message", role: "user", content: [{ type: "input_text", text }] },
    });
  }

  /** The events of a type that have come so far. */
  all<T extends EventType>(type: T): ServerEventOf<T>[] {
    return this.events.filter((event): event is Extract<ServerEvent, { type: T }> => event.type === type);
  }

  /** The first event of a type for which `wanted` holds. Waits for it if it has not come yet. */
  async next<T extends EventType>(
    type: T,
    wanted: (event: ServerEventOf<T>) => boolean = () => true,
  ): Promise<ServerEventOf<T>> {
    return this.until(() => this.all(type).find(wanted), type);
  }

  /** Waits until the socket is closed, and returns the close code and reason. */
  closed(): Promise<{ readonly code: number; readonly reason: string }> {
    return this.until(() => this.close ?? undefined, "the end of the socket", false);
  }

  private async until<T>(find: () => T | undefined, what: string, failIfClosed = true): Promise<T> {
    for (;;) {
      if (this.failure) throw this.failure;
      const found = find();
      if (found !== undefined) return found;
      if (failIfClosed && this.close)
        throw new Error(`The socket was closed (${this.close.code}) before ${what}.`);
      await new Promise<void>((resolve) => this.listeners.add(resolve));
    }
  }

  private notify(): void {
    const listeners = [...this.listeners];
    this.listeners.clear();
    for (const listener of listeners) listener();
  }
}
