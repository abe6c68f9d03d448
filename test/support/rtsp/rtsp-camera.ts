import { createSocket } from "node:dgram";
import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { CODED_FPS } from "./coded-video.ts";
import { HABITS, type Habit } from "./habits.ts";
import { describe, onTheWire, packetsOf, type RtpPacket } from "./rtp-packets.ts";

/** URLs that a camera names in its answers. Default: its own. */
interface Names {
  readonly contentBase?: string;
  readonly control?: string;
}

/**
 * A FAKE camera that speaks as much RTSP as ffmpeg asks for (RFC 2326; packets go over the same connection, or over UDP
 * where the player wants that). It shows the pictures 0, 1, 2 … once. Its time begins with the first player; whoever comes later gets what it shows then, as of
 * a real camera.
 */
export class RtspCamera {
  /** When each picture was sent first, or was due but lost: `performance.now()` (ms). */
  readonly shownAtMs: number[] = [];
  /** Players so far. */
  players = 0;
  /** Players to which packets went over UDP. */
  udpPlayers = 0;
  private readonly sockets = new Set<Socket>();
  private startedAtMs: number | null = null;

  private constructor(
    private readonly server: Server,
    private readonly stream: Buffer,
    private readonly habit: Habit,
    private readonly names: Names,
  ) {}

  /**
   * @param stream what `codedVideo` gives
   * @param port default: any free one
   */
  static async start(
    stream: Buffer,
    habit: Habit = HABITS.ok(),
    port = 0,
    names: Names = {},
  ): Promise<RtspCamera> {
    const server = createServer();
    const camera = new RtspCamera(server, stream, habit, names);
    server.on("connection", (socket) => camera.serve(socket));
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
    return camera;
  }

  get url(): string {
    return `rtsp://127.0.0.1:${(this.server.address() as AddressInfo).port}/camera`;
  }

  /** The number of the picture that it shows now. */
  get current(): number {
    if (this.startedAtMs === null) return 0;
    return Math.floor(((performance.now() - this.startedAtMs) / 1000) * CODED_FPS);
  }

  /** Closes all connections and takes no more. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private serve(socket: Socket): void {
    this.sockets.add(socket);
    let waiting = Buffer.alloc(0);
    const player: Player = { socket, udpPort: null };
    socket.on("error", () => {});
    socket.on("close", () => this.sockets.delete(socket));
    socket.on("data", (bytes: Buffer) => {
      waiting = Buffer.concat([waiting, bytes]);
      for (let length = firstMessage(waiting); length > 0; length = firstMessage(waiting)) {
        const message = waiting.toString("latin1", 0, length);
        waiting = waiting.subarray(length);
        if (!message.startsWith("$")) this.answer(player, message);
      }
    });
  }

  private answer(player: Player, request: string): void {
    const { socket } = player;
    const [method, url] = request.split(" ");
    const header = (name: string) => new RegExp(`^${name}: *(.*)\r$`, "im").exec(request)?.[1] ?? "";
    const say = (headers: readonly string[] = [], body = "") => {
      const all = [`CSeq: ${header("CSeq")}`, "Session: 1", ...headers, `Content-Length: ${body.length}`];
      socket.write(`RTSP/1.0 200 OK\r\n${all.join("\r\n")}\r\n\r\n${body}`);
    };
    if (method === "OPTIONS") say(["Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN"]);
    else if (method === "DESCRIBE")
      say(
        ["Content-Type: application/sdp", `Content-Base: ${this.names.contentBase ?? `${url}/`}`],
        describe(this.stream).replace("control:video", `control:${this.names.control ?? "video"}`),
      );
    else if (method === "SETUP") {
      const transport = header("Transport");
      const udp = /client_port=(\d+)/.exec(transport)?.[1];
      player.udpPort = udp === undefined ? null : Number(udp);
      say([`Transport: ${transport}${udp === undefined ? "" : `;server_port=${udp}-${Number(udp) + 1}`}`]);
    } else say();
    if (method !== "PLAY") return;
    this.players++;
    void this.play(player);
  }

  private async play({ socket, udpPort }: Player): Promise<void> {
    const udp = udpPort === null ? null : createSocket("udp4");
    if (udp !== null) {
      this.udpPlayers++;
      socket.once("close", () => udp.close());
    }
    const send = (packet: RtpPacket) => {
      const bytes = onTheWire(packet);
      if (udp === null) socket.write(bytes);
      // Without the head that tells the packets of one connection apart.
      else udp.send(bytes.subarray(4), udpPort!, "127.0.0.1");
    };
    this.startedAtMs ??= performance.now();
    const { startedAtMs } = this;
    const pictures = packetsOf(this.stream, CODED_FPS);
    for (let picture = this.current; picture < pictures.length; picture++) {
      const dueAtMs = startedAtMs + (picture * 1000) / CODED_FPS;
      await sleep(Math.max(0, dueAtMs - performance.now()));
      this.shownAtMs[picture] ??= performance.now();
      for (const packet of pictures[picture]!) {
        const sent = this.habit(packet);
        if (sent === "hang up" || socket.destroyed) return void socket.destroy();
        if (sent !== "lost") send(sent);
      }
    }
    socket.end();
  }
}

/** Who watches, and where the packets go; null: over the connection itself. */
interface Player {
  readonly socket: Socket;
  udpPort: number | null;
}

/** Bytes of the first whole message, a request or a packet; 0 when there is none yet. */
function firstMessage(bytes: Buffer): number {
  if (bytes[0] === 0x24) {
    const length = bytes.length < 4 ? Number.POSITIVE_INFINITY : 4 + bytes.readUInt16BE(2);
    return length <= bytes.length ? length : 0;
  }
  const end = bytes.indexOf("\r\n\r\n");
  return end < 0 ? 0 : end + 4;
}
