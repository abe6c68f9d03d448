import { execFile } from "node:child_process";
import { promisify } from "node:util";
import fc from "fast-check";
import { resolveFfmpeg } from "../../src/ingest/mod.ts";
import { CLIENT_MESSAGES, type ClientMessageType } from "../../src/protocol/mod.ts";
import { bentBytes } from "./bent-bytes.ts";
import { named } from "./from-schema.ts";
import { bombs, LARGEST, lyingPictures, picturesOfAllKinds } from "./lying-pictures.ts";

/** Most bytes of a chunk of a container, as a browser's recorder sends them twice a second. */
const MOST_CHUNK = 32 * 1024;

/** Containers that a client may push, by their MIME types: how ffmpeg writes each. */
const CONTAINERS: Readonly<Record<string, readonly string[]>> = {
  "video/webm": ["-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-f", "webm"],
  "video/mp4": [
    ...["-c:v", "libx264", "-preset", "ultrafast"],
    ...["-f", "mp4", "-movflags", "frag_keyframe+empty_moov"],
  ],
  "video/h264": ["-c:v", "libx264", "-preset", "ultrafast", "-f", "h264"],
  "video/mp2t": ["-c:v", "libx264", "-preset", "ultrafast", "-f", "mpegts"],
  "video/x-matroska": ["-c:v", "mpeg4", "-f", "matroska"],
  "image/jpeg": ["-c:v", "mjpeg", "-pix_fmt", "yuvj420p", "-f", "mjpeg"],
};

/**
 * Pictures of all kinds to which something has happened; one in thirty takes much to decode.
 *
 * @param largest side of the largest ones (px)
 */
export async function bentPictures(largest = LARGEST): Promise<fc.Arbitrary<Uint8Array>> {
  const pixels = Uint8Array.from({ length: 16 * 9 * 3 }, (_, i) => (i * 89) % 256);
  const whole = await picturesOfAllKinds(pixels);
  const heavy = await bombs(largest);
  return fc.oneof(
    { weight: 24, arbitrary: bentBytes(whole) },
    { weight: 4, arbitrary: fc.constantFrom(...lyingPictures(whole)) },
    { weight: 1, arbitrary: fc.constantFrom(...whole) },
    { weight: 1, arbitrary: fc.oneof(fc.constantFrom(...heavy), bentBytes(heavy)) },
  );
}

/** What a client sends of one video. */
export interface BentVideo {
  /** Of the video before it was bent. */
  readonly mime: string;
  /** In a row; some are bent, missing, twice there or out of order. */
  readonly chunks: readonly Uint8Array[];
}

/** Videos of so many chunks each. */
export async function bentVideos(chunks: number): Promise<fc.Arbitrary<BentVideo>> {
  const made = Object.entries(CONTAINERS).map(
    async ([mime, output]) => [mime, await makeVideo(output)] as const,
  );
  const videos = await Promise.all(made);
  const whole = videos.map(([, bytes]) => bytes);
  const sizes = fc.array(fc.integer({ min: 1, max: MOST_CHUNK }), { minLength: chunks, maxLength: chunks });
  const bent = fc.array(fc.tuple(fc.nat(chunks - 1), bentBytes(whole)), { minLength: 1, maxLength: 3 });
  const swapped = fc.array(fc.tuple(fc.nat(chunks - 1), fc.nat(chunks - 1)), { maxLength: 2 });
  return fc
    .tuple(fc.constantFrom(...videos), sizes, bent, swapped)
    .map(([[mime, video], lengths, bends, swaps]) => {
      let at = 0;
      const sent: Uint8Array[] = lengths.map((length) => {
        const start = at % video.length;
        at = start + length;
        return video.subarray(start, at);
      });
      for (const [place, bytes] of bends) sent[place] = bytes.subarray(0, MOST_CHUNK);
      for (const [one, other] of swaps) [sent[one], sent[other]] = [sent[other]!, sent[one]!];
      return { mime, chunks: sent };
    });
}

/** The message that announces a container, and the MIME types that it may name. */
export interface Announcement {
  readonly type: ClientMessageType;
  readonly mimes: readonly string[];
}

/** How a client announces a container, as the protocol's schemas say; null where it takes pictures only. */
export function announcement(): Announcement | null {
  for (const [type, schema] of Object.entries(CLIENT_MESSAGES)) {
    const mimes = named(schema, "mime").filter((text) => /^\w+\/[\w.+-]+$/.test(text));
    if (mimes.length > 0) return { type: type as ClientMessageType, mimes };
  }
  return null;
}

async function makeVideo(output: readonly string[]): Promise<Buffer> {
  const { path } = await resolveFfmpeg();
  const input = ["-f", "lavfi", "-i", "testsrc2=size=160x120:rate=5:duration=6"];
  const args = ["-nostdin", "-loglevel", "error", ...input, "-pix_fmt", "yuv420p", ...output, "-"];
  const options = { encoding: "buffer", maxBuffer: 64 * 2 ** 20 } as const;
  return (await promisify(execFile)(path, args, options)).stdout;
}
