import { once } from "node:events";
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { Cut, type Fault, type Reply } from "./faults.ts";

/** A request that came to the proxy. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly body: string;
}

export interface FaultyRequests {
  /** How many requests it meets; default: all, until `heal()`. */
  readonly times?: number;
  /** Start of the paths that it meets; default: every path. */
  readonly path?: string;
}

interface Planned {
  readonly fault: Fault;
  readonly path: string;
  left: number;
}

/**
 * A proxy that goes before a real server and injects faults on demand, which the server would only have now and then.
 * Without a fault it passes everything on as it is. A client that leaves is left by the server's side, too.
 */
export class UnreliableProxy implements AsyncDisposable {
  /** Every request so far. */
  readonly requests: SeenRequest[] = [];
  /** Requests that are being answered. */
  open = 0;
  private planned: Planned[] = [];
  private readonly closing = new AbortController();

  private constructor(
    private readonly server: Server,
    private readonly target: string,
  ) {}

  /** @param target the address of the real server, without a path */
  static async start(target: string): Promise<UnreliableProxy> {
    const server = createServer();
    const proxy = new UnreliableProxy(server, target);
    server.on("request", (incoming, outgoing) => void proxy.serve(incoming, outgoing));
    await once(server.listen(0, "127.0.0.1"), "listening");
    return proxy;
  }

  /** Its address without a path. */
  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Connections that clients hold, whether they ask something or not. */
  connections(): Promise<number> {
    return new Promise((resolve, reject) =>
      this.server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
    );
  }

  /** Injects a fault into the requests to come. Of several planned ones, a request meets the first that it fits. */
  inject(fault: Fault, { times = Number.POSITIVE_INFINITY, path = "/" }: FaultyRequests = {}): void {
    this.planned.push({ fault, path, left: times });
  }

  /** Forgets the faults that were planned; those under way go on. */
  heal(): void {
    this.planned = [];
  }

  /** Breaks all connections and closes. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.closing.abort();
    this.server.close();
    this.server.closeAllConnections();
    await once(this.server, "close");
  }

  private faultOf(path: string): Fault {
    const planned = this.planned.find((one) => one.left > 0 && path.startsWith(one.path));
    if (!planned) return (ask) => ask();
    planned.left--;
    return planned.fault;
  }

  private async serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    this.open++;
    const left = new AbortController();
    outgoing.on("close", () => {
      this.open--;
      left.abort();
    });
    const gone = AbortSignal.any([left.signal, this.closing.signal]);
    try {
      const body = await buffer(incoming);
      const { method = "GET", url: path = "/" } = incoming;
      this.requests.push({ method, path, body: body.toString() });
      const reply = await this.faultOf(path)(() => this.ask(incoming, body, gone), gone);
      outgoing.writeHead(reply.status, reply.headers);
      outgoing.flushHeaders();
      for await (const event of reply.events) {
        if (!outgoing.write(event)) await once(outgoing, "drain", { signal: gone });
        // Each write as a chunk of its own, read by itself.
        await new Promise(setImmediate);
      }
      outgoing.end();
    } catch (error) {
      const expected = error instanceof Cut || gone.aborted;
      if (expected || outgoing.headersSent) outgoing.destroy();
      else outgoing.writeHead(502).end(`The proxy could not ask the server: ${error}`);
    }
  }

  private async ask(incoming: IncomingMessage, body: Buffer, gone: AbortSignal): Promise<Reply> {
    const { host: _, connection: __, "transfer-encoding": ___, ...headers } = incoming.headers;
    const asked = request(`${this.target}${incoming.url}`, {
      method: incoming.method!,
      headers: { ...headers, "content-length": body.length },
      agent: false,
      signal: gone,
    });
    asked.end(body);
    const [answer] = (await once(asked, "response")) as [IncomingMessage];
    const { status = 502, ...rest } = { status: answer.statusCode, ...answer.headers };
    return { status, headers: passedOn(rest), events: eventsOf(answer) };
  }
}

/** The headers that are about the answer, not about the connection to the server. */
function passedOn(headers: NodeJS.Dict<string | string[]>): Record<string, string> {
  const own = new Set(["connection", "keep-alive", "transfer-encoding", "content-length"]);
  const kept = Object.entries(headers).filter(([name]) => !own.has(name));
  return Object.fromEntries(kept.map(([name, value]) => [name, String(value)]));
}

/** The events of a stream, each with the empty line that ends it; or the whole body of any other answer. */
async function* eventsOf(answer: IncomingMessage): AsyncGenerator<Buffer> {
  let held = Buffer.alloc(0);
  for await (const chunk of answer) {
    held = Buffer.concat([held, chunk]);
    if (!answer.headers["content-type"]?.startsWith("text/event-stream")) continue;
    for (let end = held.indexOf("\n\n"); end >= 0; end = held.indexOf("\n\n")) {
      yield held.subarray(0, end + 2);
      held = held.subarray(end + 2);
    }
  }
  if (held.length > 0) yield held;
}
