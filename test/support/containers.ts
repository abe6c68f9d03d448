import { spawn } from "node:child_process";
import { once } from "node:events";
import { resolveFfmpeg } from "../../src/ingest/mod.ts";
import { random } from "./random.ts";
import { CODED_FPS, codedVideo, KEY_EVERY } from "./rtsp/coded-video.ts";

/** Containers of coded pictures (see coded-video.ts), as clients push them. */
export const CODED_MIMES = ["video/webm", "video/mp4", "video/h264"] as const;
export type CodedMime = (typeof CODED_MIMES)[number];

const VP8 = `-c:v libvpx -b:v 1M -deadline realtime -cpu-used 8 -auto-alt-ref 0 -lag-in-frames 0 -g ${KEY_EVERY}`;
/** How the pictures are written: a key frame every `KEY_EVERY` pictures, a fragment from one to the next, small clusters. */
const OUTPUT: Readonly<Record<string, string>> = {
  "video/webm": `${VP8} -keyint_min ${KEY_EVERY} -live 1 -cluster_time_limit ${1000 / CODED_FPS} -f webm`,
  "video/mp4": "-c copy -movflags frag_keyframe+empty_moov+default_base_moof -f mp4",
  "video/mp2t": "-c copy -f mpegts",
};

/** Encodes the pictures 0, 1, 2 … into a container. */
export async function codedContainer(mime: string, pictures: number): Promise<Buffer> {
  const h264 = await codedVideo(pictures);
  if (mime === "video/h264") return h264;
  const { path } = await resolveFfmpeg();
  const args = `-loglevel error -f h264 -framerate ${CODED_FPS} -i - ${OUTPUT[mime]} -`.split(" ");
  const encoder = spawn(path, args, { stdio: ["pipe", "pipe", "inherit"] });
  const encoded: Buffer[] = [];
  encoder.stdout.on("data", (bytes: Buffer) => encoded.push(bytes));
  encoder.stdin.end(h264);
  const [code] = await once(encoder, "close");
  if (code !== 0) throw new Error(`ffmpeg did not write ${mime} (exit code ${code}).`);
  return Buffer.concat(encoded);
}

/** Cuts bytes into chunks of 1 to so many bytes; the same ones for the same seed. */
export function randomChunks(bytes: Buffer, seed: number, mostBytes = 2000): Buffer[] {
  const below = random(seed);
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = at + 1 + below(mostBytes);
    chunks.push(bytes.subarray(at, end));
    at = end;
  }
  return chunks;
}

/** Cuts H.264 into its pictures: one chunk each, with what stands before it. */
export function pictureChunks(h264: Buffer): Buffer[] {
  const starts: number[] = [];
  let isInFront = false;
  for (
    let at = h264.indexOf("\0\0\x01", 0, "latin1");
    at >= 0;
    at = h264.indexOf("\0\0\x01", at + 3, "latin1")
  ) {
    const isSlice = [1, 5].includes(h264[at + 3]! & 0x1f);
    if (!isInFront) starts.push(at > 0 && h264[at - 1] === 0 ? at - 1 : at);
    isInFront = !isSlice;
  }
  return starts.map((start, i) => h264.subarray(i === 0 ? 0 : start, starts[i + 1]));
}
