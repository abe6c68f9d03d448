import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/**
 * A network between clients and a server, which can be cut and can stand still. What goes over it is not looked at, so that
 * WebSockets pass.
 */
export class TcpProxy implements AsyncDisposable {
  /** Connections that came, those included that are gone. */
  connections = 0;
  private readonly open = new Map<Socket, Socket>();
  private isDown = false;
  private isStill = false;

  private constructor(
    private readonly server: Server,
    private readonly target: URL,
  ) {
    server.on("connection", (client: Socket) => this.join(client));
  }

  /** @param target the address of the server */
  static async start(target: string): Promise<TcpProxy> {
    const server = createServer({ pauseOnConnect: true });
    const proxy = new TcpProxy(server, new URL(target));
    await once(server.listen(0, "127.0.0.1"), "listening");
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Breaks all connections, as when a cable is pulled. New ones are taken. */
  cut(): void {
    for (const [client, server] of this.open) {
      client.resetAndDestroy();
      server.resetAndDestroy();
    }
  }

  /** Breaks all connections, and refuses new ones until `up`. */
  down(): void {
    this.isDown = true;
    this.cut();
  }

  up(): void {
    this.isDown = false;
  }

  /** Takes nothing more from clients until `flow`. Their sockets fill up. */
  stand(): void {
    this.isStill = true;
    for (const client of this.open.keys()) client.pause();
  }

  flow(): void {
    this.isStill = false;
    for (const client of this.open.keys()) client.resume();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.server.close();
    this.cut();
    await once(this.server, "close");
  }

  private join(client: Socket): void {
    if (this.isDown) return void client.resetAndDestroy();
    this.connections++;
    const server = connect(Number(this.target.port), this.target.hostname);
    this.open.set(client, server);
    this.pass(client, server);
    this.pass(server, client);
    client.on("close", () => this.open.delete(client));
    if (this.isStill) client.pause();
    else client.resume();
  }

  private pass(from: Socket, to: Socket): void {
    from.on("data", (chunk) => to.write(chunk));
    // A reset is told to the other side by its end, like a close.
    from.on("error", () => {});
    from.on("close", () => to.destroySoon());
  }
}
