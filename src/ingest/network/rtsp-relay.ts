import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket, connect as tcpConnect } from "node:net";
import { connect as tlsConnect } from "node:tls";
import { IngestError, messageOf } from "../errors.ts";
import { ByteRate } from "./byte-rate.ts";
import { unreachable } from "./guarded-client.ts";
import type { NetworkGuard } from "./network-guard.ts";
import type { RelayReport } from "./relay-report.ts";
import { type RtspAnswer, RtspReader, RtspSyntaxError } from "./rtsp-reader.ts";

/** Headers that ffmpeg needs. Others, such as those that make it take a server for an old one of its kind, it does not get. */
const PASSED = new Set(
  "cseq session public transport content-type content-base rtp-info range www-authenticate".split(" "),
);
/** ffmpeg leaves the bytes of a shorter packet in the stream, and would take them for an answer. */
const SHORTEST_PACKET = 4 + 8;
/** How ffmpeg begins: what web pages can send to a port of this machine is not passed on. */
const FIRST_REQUEST = /^(OPTIONS|DESCRIBE) rtsp:\/\//;

/**
 * A relay on this machine between ffmpeg and one RTSP camera. It connects to an address that was checked, with TLS for
 * rtsps. Video comes over the same connection, so that no address in an answer matters. Answers are taken apart and
 * written anew, so that ffmpeg reads what was checked. A redirection leads back to the relay, and then to a camera whose
 * address is checked like the first one.
 */
export class RtspRelay {
  private readonly stop = new AbortController();
  private readonly sockets = new Set<Socket>();
  private readonly rate: ByteRate;
  private readonly server: Server;
  private redirections = 0;

  private constructor(
    private camera: URL,
    private readonly guard: NetworkGuard,
    private readonly report: RelayReport,
  ) {
    this.rate = new ByteRate(guard.limits.bytesPerSecond, this.stop.signal);
    this.server = createServer((player) => void this.serve(player));
    this.server.maxConnections = guard.limits.connections;
  }

  static async open(camera: URL, guard: NetworkGuard, report: RelayReport): Promise<RtspRelay> {
    const relay = new RtspRelay(camera, guard, report);
    relay.server.listen(0, "127.0.0.1");
    await once(relay.server, "listening");
    return relay;
  }

  /** What ffmpeg opens instead of the camera's URL. */
  get url(): string {
    const { username, password, pathname, search } = this.camera;
    const user = username === "" && password === "" ? "" : `${username}:${password}@`;
    const { port } = this.server.address() as AddressInfo;
    return `rtsp://${user}127.0.0.1:${port}${pathname}${search}`;
  }

  /** Ends all connections, and takes no more. */
  async close(): Promise<void> {
    if (this.stop.signal.aborted) return;
    this.stop.abort();
    const closed = once(this.server, "close");
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  private async serve(player: Socket): Promise<void> {
    this.keep(player);
    const { camera } = this;
    try {
      const first = await firstRequest(player);
      const socket = await this.connect(camera, player);
      socket.write(first);
      player.pipe(socket);
      const reader = new RtspReader(this.guard.limits);
      for await (const bytes of this.rate.hold<Buffer>(socket)) {
        for (const part of reader.take(bytes)) {
          if (part.kind === "request") socket.write(notImplemented(part.headers));
          else if (part.kind === "answer") await write(player, this.written(part, camera));
          else if (part.bytes.length >= SHORTEST_PACKET) await write(player, part.bytes);
        }
      }
    } catch (error) {
      if (!this.stop.signal.aborted && !player.destroyed) this.report.take(explained(camera, error));
    }
    player.destroy();
  }

  private async connect(camera: URL, player: Socket): Promise<Socket> {
    const { host, port, isTls } = this.guard.destination(camera);
    const { lookup, limits } = this.guard;
    const servername = /[a-z]/i.test(host) && !host.includes(":") ? { servername: host } : {};
    const socket = isTls
      ? tlsConnect({ host, port, lookup, rejectUnauthorized: false, ...servername })
      : tcpConnect({ host, port, lookup, noDelay: true });
    this.keep(socket);
    player.once("close", () => socket.destroy());
    const timer = setTimeout(
      () => socket.destroy(new Error(`no answer in ${limits.answerMs} ms`)),
      limits.answerMs,
    );
    try {
      await once(socket, isTls ? "secureConnect" : "connect", { signal: this.stop.signal });
      return socket;
    } finally {
      clearTimeout(timer);
    }
  }

  private keep(socket: Socket): void {
    if (this.stop.signal.aborted) socket.destroy();
    this.sockets.add(socket);
    socket.on("error", () => {});
    socket.once("close", () => this.sockets.delete(socket));
  }

  /** An answer as ffmpeg gets it. */
  private written({ status, reason, headers, body }: RtspAnswer, camera: URL): Buffer {
    const lines = headers.filter(([name]) => PASSED.has(name)).map(([name, value]) => `${name}: ${value}`);
    if (status >= 300 && status < 400) {
      const to = headers.find(([name]) => name === "location")?.[1] ?? "";
      this.redirect(camera, to);
      lines.push(`location: ${this.url}`);
    }
    const head = [`RTSP/1.0 ${status} ${reason}`, ...lines, `content-length: ${body.length}`, "", ""];
    return Buffer.concat([Buffer.from(head.join("\r\n"), "latin1"), body]);
  }

  private redirect(camera: URL, to: string): void {
    if (!URL.canParse(to, camera.href) || ++this.redirections > this.guard.limits.redirections) {
      const message = `${camera.protocol}//${camera.host} redirects too often, or to something that is not a URL. Give the URL to which it leads.`;
      throw new IngestError("url_refused", message);
    }
    const next = new URL(to, camera);
    if (!/^rtsps?:$/.test(next.protocol)) {
      const message = `${camera.protocol}//${camera.host} redirects to ${next.protocol}, which is no RTSP. Give the URL to which it leads.`;
      throw new IngestError("url_refused", message);
    }
    this.guard.destination(next);
    this.camera = next;
  }
}

async function firstRequest(player: Socket): Promise<Buffer> {
  const [first] = (await once(player, "data")) as [Buffer];
  player.pause();
  if (!FIRST_REQUEST.test(first.toString("latin1", 0, 32))) throw new Error("not a player");
  return first;
}

async function write(player: Socket, bytes: Buffer): Promise<void> {
  if (player.destroyed) throw new Error("The player has gone.");
  if (!player.write(bytes)) await Promise.race([once(player, "drain"), once(player, "close")]);
}

/** Cameras may ask players for something. None has to know it. */
function notImplemented(headers: RtspAnswer["headers"]): string {
  const number = headers.find(([name]) => name === "cseq")?.[1] ?? "0";
  return `RTSP/1.0 501 Not Implemented\r\nCSeq: ${number}\r\n\r\n`;
}

function explained(camera: URL, error: unknown): unknown {
  if (!(error instanceof RtspSyntaxError)) return unreachable(camera, error);
  const message = `${camera.protocol}//${camera.host} does not speak RTSP as it should: ${messageOf(error)}.`;
  return new IngestError("not_a_video", message);
}
