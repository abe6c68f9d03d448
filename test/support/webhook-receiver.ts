import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import { LoopbackServer } from "./loopback-server.ts";

/** A request that a receiver got. */
export interface Got {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly json: {
    readonly id: string;
    readonly event: { readonly message?: string; readonly type: string };
  };
  /** ms, monotonic */
  readonly atMs: number;
}

/** How a receiver answers: a status, with headers perhaps; or not at all. */
export type WebhookAnswer =
  | number
  | "hang"
  | "break"
  | "take and break"
  | { readonly status: number; readonly headers?: Record<string, string>; readonly afterMs?: number };

/** An HTTP server that takes webhooks, and answers as it is told. */
export class WebhookReceiver extends LoopbackServer {
  /** Every request, in order. */
  readonly got: Got[] = [];
  /** Those that were answered with 2xx. */
  readonly taken: Got[] = [];

  constructor(private readonly answer: (number: number) => WebhookAnswer = () => 204) {
    super();
  }

  static async start(answer?: (number: number) => WebhookAnswer): Promise<WebhookReceiver> {
    const receiver = new WebhookReceiver(answer);
    await receiver.listen();
    return receiver;
  }

  /** What the alerts said that were taken. */
  get messages(): (string | undefined)[] {
    return this.taken.map(({ json }) => json.event.message);
  }

  protected async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer);
    } catch {
      return; // The client has gone.
    }
    const body = Buffer.concat(chunks);
    const { method = "", url: path = "", headers } = request;
    const got = { method, path, headers, body, json: JSON.parse(String(body)), atMs: performance.now() };
    const answer = this.answer(this.got.push(got) - 1);
    if (answer === "hang") return;
    if (answer === "take and break") this.taken.push(got);
    if (answer === "break" || answer === "take and break") {
      request.socket.destroy();
      return;
    }
    const {
      status,
      headers: own = {},
      afterMs = 0,
    } = typeof answer === "number" ? { status: answer } : answer;
    if (afterMs > 0) await new Promise((resolve) => setTimeout(resolve, afterMs));
    if (response.destroyed) return;
    if (status >= 200 && status < 300) this.taken.push(got);
    response.writeHead(status, own).end();
  }
}
