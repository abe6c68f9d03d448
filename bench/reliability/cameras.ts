import { WebSocket } from "ws";
import { encodeFrameHeader } from "../../src/protocol/mod.ts";

const INTERVAL_MS = 250;

/** What cameras felt for a while. */
export interface Felt {
  /** From sending a unit's last picture until its thought has come (ms). */
  readonly latenciesMs: number[];
  /** Pictures that were sent, and those of them that were dropped. */
  sent: number;
  dropped: number;
}

/** Well-behaved cameras of four pictures a second, each on a connection of its own. */
export class Cameras {
  private felt: Felt = { latenciesMs: [], sent: 0, dropped: 0 };
  private readonly timers: NodeJS.Timeout[] = [];
  private readonly sockets: WebSocket[] = [];

  /** Connects them. Their pictures are spread evenly in time. */
  static async connect(url: string, count: number, pictures: readonly Uint8Array[]): Promise<Cameras> {
    const cameras = new Cameras();
    for (let i = 0; i < count; i++) await cameras.add(url, pictures, (i * INTERVAL_MS) / count);
    return cameras;
  }

  /** What they have felt since the last call. */
  take(): Felt {
    const { felt } = this;
    this.felt = { latenciesMs: [], sent: 0, dropped: 0 };
    return felt;
  }

  leave(): void {
    for (const timer of this.timers) clearInterval(timer);
    for (const socket of this.sockets) socket.close();
  }

  private async add(url: string, pictures: readonly Uint8Array[], delayMs: number): Promise<void> {
    const socket = new WebSocket(url);
    this.sockets.push(socket);
    const sentAtMs = new Map<number, number>();
    socket.on("message", (data) => {
      const event = JSON.parse(String(data)) as { readonly type: string; readonly media_time_ms: number };
      if (event.type === "input_video_frame.dropped") this.felt.dropped++;
      if (event.type !== "response.reasoning_text.done") return;
      this.felt.latenciesMs.push(performance.now() - sentAtMs.get(event.media_time_ms)!);
      for (const timeMs of sentAtMs.keys()) if (timeMs <= event.media_time_ms) sentAtMs.delete(timeMs);
    });
    await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
    const startedAtMs = performance.now() + delayMs;
    let seq = 0;
    const send = () => {
      // By the clock, so that a timer that is late does not slow the camera down.
      for (; performance.now() >= startedAtMs + seq * INTERVAL_MS; seq++) {
        const captureTimeMs = seq * INTERVAL_MS;
        sentAtMs.set(captureTimeMs, performance.now());
        socket.send(
          Buffer.concat([encodeFrameHeader({ seq, captureTimeMs }), pictures[seq % pictures.length]!]),
        );
        this.felt.sent++;
      }
    };
    this.timers.push(setInterval(send, 5));
  }
}
