import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { resolveFfmpeg } from "../../../src/ingest/mod.ts";

/**
 * Cameras over HTTP: each connection to `/NAME` gets a clip again and again, at its own pace and without an end, as a
 * camera sends MPEG-TS. An ffmpeg of its own sends it, and encodes nothing.
 */
export class ClipCameras implements AsyncDisposable {
  private readonly senders = new Set<ChildProcess>();

  private constructor(
    private readonly server: Server,
    private readonly ffmpeg: string,
  ) {}

  /** @param clips path of the clip by its name */
  static async start(clips: ReadonlyMap<string, string>): Promise<ClipCameras> {
    const server = createServer();
    const cameras = new ClipCameras(server, (await resolveFfmpeg()).path);
    server.on("request", (request, response) => {
      const path = clips.get(request.url?.split("/")[1] ?? "");
      if (path === undefined) response.writeHead(404).end();
      else cameras.play(path, response.writeHead(200, { "content-type": "video/mp2t" }));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return cameras;
  }

  /** @param camera anything, to tell cameras of one clip apart */
  url(clip: string, camera = "0"): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/${clip}/${camera}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const senders = [...this.senders];
    this.server.closeAllConnections();
    await Promise.all([
      new Promise((resolve) => this.server.close(resolve)),
      ...senders.map((sender) => once(sender, "exit")),
    ]);
  }

  private play(path: string, response: ServerResponse): void {
    const input = ["-re", "-stream_loop", "-1", "-i", path];
    const output = ["-c", "copy", "-f", "mpegts", "-flush_packets", "1", "pipe:1"];
    const args = ["-nostdin", "-loglevel", "error", ...input, ...output];
    const sender = spawn(this.ffmpeg, args, { stdio: ["ignore", "pipe", "inherit"] });
    this.senders.add(sender);
    sender.on("exit", () => this.senders.delete(sender));
    sender.stdout.pipe(response);
    response.on("close", () => sender.kill("SIGKILL"));
  }
}
