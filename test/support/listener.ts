import { once } from "node:events";
import type { RequestListener } from "node:http";
import { createServer as createHttpServer } from "node:http";
import { createServer as createHttpsServer, type ServerOptions } from "node:https";
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from "node:net";

/** A server on this machine that counts who connects. */
export class Listener {
  connections = 0;
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    private readonly address: string,
  ) {
    server.on("connection", (socket: Socket) => {
      this.connections++;
      this.sockets.add(socket);
      socket.on("error", () => {});
      socket.once("close", () => this.sockets.delete(socket));
    });
  }

  static async http(listener: RequestListener, tls?: ServerOptions): Promise<Listener> {
    const server = tls === undefined ? createHttpServer(listener) : createHttpsServer(tls, listener);
    return await Listener.on(server, "127.0.0.1");
  }

  static async tcp(serve: (socket: Socket) => void): Promise<Listener> {
    return await Listener.on(createTcpServer(serve), "127.0.0.1");
  }

  /** What nobody may connect to. It is at another address of this machine. */
  static async forbidden(): Promise<Listener> {
    return await Listener.on(
      createHttpServer((_, response) => response.end("secret")),
      "127.0.0.2",
    );
  }

  private static async on(server: Server, address: string): Promise<Listener> {
    const listener = new Listener(server, address);
    server.listen(0, address);
    await once(server, "listening");
    return listener;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Its address and port. */
  get host(): string {
    return `${this.address}:${this.port}`;
  }

  /** Connections that are open. */
  get open(): number {
    return this.sockets.size;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
