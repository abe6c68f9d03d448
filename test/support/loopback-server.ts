import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** An HTTP server on this machine that can go and come back. */
export abstract class LoopbackServer {
  private server: Server | null = null;
  private port = 0;

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Listens; the second time on the port of the first. */
  async listen(): Promise<void> {
    const server = createServer((request, response) => void this.take(request, response));
    server.listen(this.port, "127.0.0.1");
    await once(server, "listening");
    this.port = (server.address() as AddressInfo).port;
    this.server = server;
  }

  /** Dies: all connections break, and nothing listens any more. */
  async die(): Promise<void> {
    const { server } = this;
    this.server = null;
    if (server === null) return;
    server.close();
    server.closeAllConnections();
    await once(server, "close");
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.die();
  }

  protected abstract take(request: IncomingMessage, response: ServerResponse): Promise<void>;
}
