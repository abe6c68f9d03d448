import { execFile } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type RequestListener } from "node:http";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { crc32, deflateSync } from "node:zlib";
import { type FfmpegBinary, resolveFfmpeg } from "../../src/ingest/ffmpeg-binary.ts";

const run = promisify(execFile);

/** Makes a temporary folder for the files of a test. */
export async function makeTempDir(): Promise<{ path: string; remove: () => Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), "thinkalong-"));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

/** Runs the real ffmpeg. */
export async function ffmpeg(...args: string[]): Promise<void> {
  const { path } = await resolveFfmpeg();
  await run(path, ["-y", "-nostdin", "-loglevel", "error", ...args]);
}

export interface TestVideo {
  /** Colours by their names in ffmpeg, one second of each. Default: a moving test picture. */
  readonly colours?: readonly string[];
  /** Length of the moving test picture (s); default 2. */
  readonly seconds?: number;
  /** Default 25. */
  readonly fps?: number;
  /** px, default 64x48. */
  readonly size?: string;
  /** Further output options. */
  readonly output?: readonly string[];
}

/**
 * Makes a small video. The file's ending chooses the container. The codec is MPEG-4 part 2, which every ffmpeg can
 * write.
 */
export async function makeVideo(path: string, video: TestVideo = {}): Promise<string> {
  const { colours, seconds = 2, fps = 25, size = "64x48", output = [] } = video;
  const form = `size=${size}:rate=${fps}`;
  const graph = colours
    ? `${colours.map((colour, i) => `color=${colour}:${form}:duration=1[c${i}];`).join("")}${colours
        .map((_, i) => `[c${i}]`)
        .join("")}concat=n=${colours.length}`
    : `testsrc2=${form}:duration=${seconds}`;
  const encoder = ["-c:v", "mpeg4", "-q:v", "3", "-pix_fmt", "yuv420p"];
  await ffmpeg("-f", "lavfi", "-i", graph, ...encoder, ...output, path);
  return path;
}

/** A file with sound only. */
export async function makeSound(path: string): Promise<string> {
  await ffmpeg("-f", "lavfi", "-i", "sine=duration=1", path);
  return path;
}

/** The first part of a file. */
export async function truncateFile(from: string, to: string, share: number): Promise<string> {
  const bytes = await readFile(from);
  await writeFile(to, bytes.subarray(0, Math.floor(bytes.length * share)));
  return to;
}

/** An ffmpeg that records its process ids: a shell script that then becomes the real ffmpeg. */
export async function tracedFfmpeg(
  folder: string,
): Promise<{ binary: FfmpegBinary; pids: () => Promise<number[]> }> {
  const real = await resolveFfmpeg();
  const log = join(folder, "pids.txt");
  const path = join(folder, "traced-ffmpeg");
  // fluent-ffmpeg first runs ffmpeg to list its encoders. Only the runs that decode are recorded.
  const record = `case "$*" in *rawvideo*) echo $$ >> '${log}';; esac`;
  await writeFile(path, `#!/bin/sh\n${record}\nexec '${real.path}' "$@"\n`);
  await chmod(path, 0o755);
  const pids = async () =>
    (await readFile(log, "utf8").catch(() => "")).split("\n").filter(Boolean).map(Number);
  return { binary: { ...real, path }, pids };
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Waits for a condition, by default for up to a minute, because the machine may be slow and busy: a program takes 10 s to start on some. */
export async function eventually(
  holds: () => boolean | Promise<boolean>,
  what: string,
  patienceMs = 60_000,
): Promise<void> {
  const deadline = performance.now() + patienceMs;
  while (!(await holds())) {
    if (performance.now() > deadline)
      throw new Error(`This did not happen within ${patienceMs / 1000} s: ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** A port of the loopback interface that nothing used a moment ago. */
export async function freePort(kind: "tcp" | "udp" = "tcp"): Promise<number> {
  if (kind === "udp") {
    const socket = createSocket("udp4").bind(0, "127.0.0.1");
    await once(socket, "listening");
    const { port } = socket.address();
    await new Promise<void>((resolve) => socket.close(resolve));
    return port;
  }
  const server = createTcpServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Starts an HTTP server on the loopback interface. */
export async function serve(listener: RequestListener): Promise<{ url: string; close: () => Promise<void> }> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close };
}

/** Starts an RTSP server that answers every request for a video with one status. */
export async function serveRtsp(status: string): Promise<{ url: string; close: () => Promise<void> }> {
  const server = createTcpServer((socket) => {
    socket.on("error", () => {});
    socket.on("data", (data) => {
      const request = data.toString();
      const answer = request.startsWith("OPTIONS")
        ? "200 OK\r\nPublic: DESCRIBE, SETUP"
        : `${status} Refused`;
      const challenge = status === "401" ? 'WWW-Authenticate: Digest realm="x", nonce="y"\r\n' : "";
      socket.write(`RTSP/1.0 ${answer}\r\nCSeq: ${/CSeq: (\d+)/i.exec(request)?.[1]}\r\n${challenge}\r\n`);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `rtsp://127.0.0.1:${(server.address() as AddressInfo).port}/cam`,
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

/** A PNG that declares a size (px), but has almost no pixels. A test uses it when nothing should decode it. */
export function pngHeader(width: number, height: number): Uint8Array {
  const size = Buffer.alloc(13);
  size.writeUInt32BE(width, 0);
  size.writeUInt32BE(height, 4);
  size.set([8, 2, 0, 0, 0], 8);
  const signature = Buffer.from("\x89PNG\r\n\x1a\n", "latin1");
  const row = deflateSync(Buffer.alloc(1000));
  return Buffer.concat([signature, chunk("IHDR", size), chunk("IDAT", row), chunk("IEND", Buffer.alloc(0))]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}
