import type { ServerEvent } from "../../src/protocol/mod.ts";
import { WsClient } from "./ws-client.ts";

/** Events that are in the log of their stream, in the order in which they came. */
export function logged(events: readonly ServerEvent[]): ServerEvent[] {
  return events.filter(({ event_id }) => !event_id.includes("."));
}

/** A client that comes back whenever its connection was lost, and keeps all events of all its sockets. */
export class PersistentClient {
  private readonly earlier: ServerEvent[] = [];

  private constructor(
    private readonly url: string,
    readonly token: string,
    /** The socket that it has now. */
    public client: WsClient,
  ) {}

  static async connect(url: string): Promise<PersistentClient> {
    const client = await WsClient.connect(url);
    const { session } = await client.next("session.created");
    return new PersistentClient(url, session.resume!.token, client);
  }

  get events(): ServerEvent[] {
    return [...this.earlier, ...this.client.events];
  }

  /** Loses the connection, as when a cable is pulled, and returns the id of the last event that came. */
  async lose(): Promise<string> {
    this.client.socket.terminate();
    await this.client.closed();
    return this.client.events.at(-1)?.event_id ?? this.earlier.at(-1)!.event_id;
  }

  /** Comes back, on a new socket. */
  async resume(after: string): Promise<void> {
    const next = await WsClient.connect(this.url, { query: { resume: this.token, after } });
    this.earlier.push(...this.client.events);
    this.client = next;
  }
}
