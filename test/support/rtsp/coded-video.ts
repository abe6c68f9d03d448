import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Frame } from "../../../src/ingest/frame.ts";
import { resolveFfmpeg } from "../../../src/ingest/mod.ts";

/** Pictures whose content is their own number, so that a test knows which one it got, and whether it is whole. */

/** Cells of a picture, black or white: 16 bits of the number, then 16 bits of its checksum. */
const COLUMNS = 8;
const ROWS = 4;
/** Side of a cell (px). */
export const CELL = 16;
export const CODED_SIZE = { width: COLUMNS * CELL, height: ROWS * CELL };

/** Frames a second of a coded video, and frames from one key frame to the next. */
export const CODED_FPS = 10;
export const KEY_EVERY = 20;

/** A checksum in which every bit depends on all of the number: a picture mixed of two others has a wrong one. */
const checksum = (number: number) => Math.imul(number + 1, 0x9e3779b1) >>> 16;

/** The cells of a picture as bits, the first one the lowest. */
export const codeOf = (number: number) => number + checksum(number) * 2 ** 16;

function codedPicture(number: number): Buffer {
  const code = codeOf(number);
  const grey = Buffer.alloc(CODED_SIZE.width * CODED_SIZE.height);
  for (let y = 0; y < CODED_SIZE.height; y++)
    for (let x = 0; x < CODED_SIZE.width; x++) {
      const cell = Math.floor(y / CELL) * COLUMNS + Math.floor(x / CELL);
      grey[y * CODED_SIZE.width + x] = (code / 2 ** cell) & 1 ? 235 : 20;
    }
  return grey;
}

/** The number that a picture carries; null when it is damaged. */
export async function numberOf(frame: Frame): Promise<number | null> {
  const rgb = await frame.rgb(CODED_SIZE.width, CODED_SIZE.height);
  const bits = Array.from({ length: COLUMNS * ROWS }, (_, cell) => {
    const [x, y] = [((cell % COLUMNS) + 0.5) * CELL, (Math.floor(cell / COLUMNS) + 0.5) * CELL];
    return rgb[3 * (y * CODED_SIZE.width + x)]! > 127 ? 1 : 0;
  });
  const [number, sum] = [bits.slice(0, 16), bits.slice(16)].map((half) =>
    half.reduce<number>((value, bit, i) => value + bit * 2 ** i, 0),
  ) as [number, number];
  return sum === checksum(number) ? number : null;
}

/** Encodes the pictures 0, 1, 2 … as an H.264 stream (Annex B), with one slice a picture and no B-frames. */
export async function codedVideo(pictures: number): Promise<Buffer> {
  const { path } = await resolveFfmpeg();
  const { width, height } = CODED_SIZE;
  const input = `-f rawvideo -pix_fmt gray -s ${width}x${height} -r ${CODED_FPS} -i -`;
  const output = `-c:v libx264 -pix_fmt yuv420p -bf 0 -g ${KEY_EVERY} -sc_threshold 0 -threads 1 -f h264 -`;
  const args = `-loglevel error ${input} ${output}`.split(" ");
  const encoder = spawn(path, args, { stdio: ["pipe", "pipe", "inherit"] });
  const encoded: Buffer[] = [];
  encoder.stdout.on("data", (bytes: Buffer) => encoded.push(bytes));
  encoder.stdin.end(Buffer.concat(Array.from({ length: pictures }, (_, i) => codedPicture(i))));
  const [code] = await once(encoder, "close");
  if (code !== 0) throw new Error(`ffmpeg did not encode the pictures (exit code ${code}).`);
  return Buffer.concat(encoded);
}
