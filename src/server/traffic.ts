/** Over what somebody was refused something: an HTTP request, an upgrade, a WebSocket, or a message on one. */
export type RefusedOver = "http" | "upgrade" | "socket" | "message";

/** How often something was refused so. */
export interface RefusalCount {
  readonly over: RefusedOver;
  /** The error's code. */
  readonly code: string;
  readonly count: number;
}

/**
 * What has come to a server since it was started, and what of it was refused. Plain numbers, for whoever shows them.
 *
 * @example
 * traffic.received(message.length);
 * traffic.refused("message", "invalid_json");
 */
export class Traffic {
  /** Messages of WebSockets that were taken, pings not among them, and their bytes. */
  messages = 0;
  bytes = 0;
  /** Answers to HTTP requests, by their status. */
  readonly answers = new Map<number, number>();
  private readonly counts = new Map<string, { over: RefusedOver; code: string; count: number }>();

  received(bytes: number): void {
    this.messages++;
    this.bytes += bytes;
  }

  answered(status: number): void {
    this.answers.set(status, (this.answers.get(status) ?? 0) + 1);
  }

  /** @param code one of the server's own error codes, of which there are few */
  refused(over: RefusedOver, code: string): void {
    const key = `${over} ${code}`;
    const refused = this.counts.get(key) ?? { over, code, count: 0 };
    refused.count++;
    this.counts.set(key, refused);
  }

  get refusals(): readonly RefusalCount[] {
    return [...this.counts.values()];
  }
}
