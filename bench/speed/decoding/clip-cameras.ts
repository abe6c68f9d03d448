import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A clip, and how long it plays. */
export interface ServedClip {
  readonly bytes: Buffer;
  readonly seconds: number;
}

/** Between two pieces of video (ms): a frame at 25 a second. */
const EVERY_MS = 40;

/**
 * Cameras over HTTP: each connection to `/NAME` gets a clip again and again, at its own pace and without an end, as a
 * camera sends MPEG-TS.
 */
export class ClipCameras implements AsyncDisposable {
  private constructor(private readonly server: Server) {}

  static async start(clips: ReadonlyMap<string, ServedClip>): Promise<ClipCameras> {
    const server = createServer((request, response) => {
      const name = request.url?.split("/")[1] ?? "";
      const clip = clips.get(name);
      if (clip === undefined) response.writeHead(404).end();
      else play(clip, response.writeHead(200, { "content-type": "video/mp2t" }));
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    return new ClipCameras(server);
  }

  /** @param camera anything, to tell cameras of one clip apart */
  url(clip: string, camera = "0"): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/${clip}/${camera}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

function play({ bytes, seconds }: ServedClip, response: ServerResponse): void {
  const startedAtMs = performance.now();
  let sent = 0;
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - startedAtMs) / 1000 / seconds) * bytes.length);
    while (sent < due) {
      const from = sent % bytes.length;
      const upTo = Math.min(bytes.length, from + due - sent);
      response.write(bytes.subarray(from, upTo));
      sent += upTo - from;
    }
  }, EVERY_MS);
  response.on("close", () => clearInterval(timer)).on("error", () => {});
}
