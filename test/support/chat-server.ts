import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { LoopbackServer } from "./loopback-server.ts";

/** A request to a chat server, as the server got it. */
export interface Got {
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  // biome-ignore lint/suspicious/noExplicitAny: a test looks at what it sent
  readonly body: any;
  /** Resolves when the connection was closed before the answer had ended. */
  readonly left: Promise<void>;
}

export type Answer = (response: ServerResponse, got: Got) => void | Promise<void>;

/** An OpenAI-compatible server that does what a test tells it to, on a port of its own. */
export class ChatServer extends LoopbackServer {
  readonly got: Got[] = [];
  models: Answer = json({ data: [{ id: "eye" }] });
  /** What it has beside its API. */
  others: Answer = status(404);
  /** Answers to chats, in turn; the last one goes on for ever. */
  chats: Answer[] = [says("Hello", " there")];
  private readonly waiting = new Set<() => void>();

  static async start(setUp: Partial<Pick<ChatServer, "models" | "chats">> = {}): Promise<ChatServer> {
    const server = Object.assign(new ChatServer(), setUp);
    await server.listen();
    return server;
  }

  get chatsGot(): Got[] {
    return this.got.filter(({ path }) => path.endsWith("/chat/completions"));
  }

  /** Waits until it has got so many chats. */
  async hasChats(count: number): Promise<void> {
    while (this.chatsGot.length < count) await new Promise<void>((resolve) => this.waiting.add(resolve));
  }

  protected async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = "";
    for await (const chunk of request.setEncoding("utf8")) text += chunk;
    const left = once(response, "close").then(() => {
      if (response.writableFinished) return new Promise<void>(() => undefined);
    });
    const path = request.url ?? "";
    const got: Got = { path, headers: request.headers, body: text === "" ? null : JSON.parse(text), left };
    this.got.push(got);
    for (const wake of this.waiting) wake();
    this.waiting.clear();
    if (path.endsWith("/models")) return this.models(response, got);
    if (!path.endsWith("/chat/completions")) return this.others(response, got);
    const answer = this.chats.length > 1 ? this.chats.shift()! : this.chats[0]!;
    await answer(response, got);
  }
}

export function json(body: unknown): Answer {
  return (response) => {
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
  };
}

export function status(code: number, body: unknown = "", headers: Record<string, string> = {}): Answer {
  return (response) => {
    response.writeHead(code, headers).end(typeof body === "string" ? body : JSON.stringify(body));
  };
}

export function error(code: number, message: string, headers?: Record<string, string>): Answer {
  return status(code, { error: { message, type: "error" } }, headers);
}

/** Begins a stream of events. */
export function begin(response: ServerResponse): void {
  response.writeHead(200, { "content-type": "text/event-stream" });
}

/** Sends one event. */
export function send(response: ServerResponse, body: unknown): void {
  response.write(`data: ${typeof body === "string" ? body : JSON.stringify(body)}\n\n`);
}

export function delta(content: string, finish_reason: string | null = null): unknown {
  return { choices: [{ delta: { content }, finish_reason }] };
}

export const USAGE = {
  prompt_tokens: 20,
  completion_tokens: 2,
  prompt_tokens_details: { cached_tokens: 12 },
};

/** Streams some pieces of text, and the counts. */
export function says(...pieces: readonly string[]): Answer {
  return (response) => {
    begin(response);
    for (const piece of pieces) send(response, delta(piece));
    send(response, delta("", "stop"));
    send(response, { choices: [], usage: USAGE });
    send(response, "[DONE]");
    response.end();
  };
}

/** Streams some chunks, and then nothing; the connection stays. */
export function opens(...chunks: readonly unknown[]): Answer {
  return (response) => {
    begin(response);
    response.flushHeaders();
    for (const chunk of chunks) send(response, chunk);
  };
}
