import type { PictureSize } from "./picture-size.ts";

/** What a frame had before it was scaled. */
export interface ShownOrigin {
  /** Its timestamp in the container (ms); null where it has none. */
  readonly timeMs: number | null;
  /** Size of the video at that time, upright (px). */
  readonly size: PictureSize;
}

/** What ffmpeg says of a frame that has come out of its filters. */
export interface ShownFrame {
  /** When ffmpeg read it from the network, on the machine's clock (ms); null when it does not know. */
  readonly readAtMs: number | null;
  /** Whether all that it is decoded from has come in. */
  readonly isWhole: boolean;
  /** Only where it was asked for. */
  readonly origin?: ShownOrigin;
}

/** What the filter `showinfo` says of each frame. Its `pts_time` is rounded to six digits: too few for a date. */
const FRAME = /Parsed_showinfo_\d+ @ .* pts:\s*(-?\d+|NOPTS) .* s:(\d+)x(\d+) .*iskey:(\d)/;
/**
 * What ffmpeg says when packets are missing, or when a decoder has filled in what was. It decodes such pictures, and
 * those that refer to them, without a mark.
 */
const DAMAGE = new RegExp(
  [
    "RTP: missed|bad cseq",
    "Packet corrupt|corrupt input packet|corrupt decoded frame",
    "concealing \\d+ DC|error while decoding MB",
    "Missing reference picture|Could not find ref with POC",
  ].join("|"),
);
/** ffmpeg writes 0 where it knows no time, as of the first picture of some cameras. Others are dates, after 2001 (ms). */
const FIRST_DATE_MS = 1e12;
/** After so long (ms) pictures are taken as they are: some sources have no key frames, but heal row by row. */
const MOST_DAMAGED_MS = 30_000;

/**
 * Reads from ffmpeg's standard error when each frame of a live source was read, and whether it is whole. From where
 * something was lost, frames are damaged up to the next key frame, which refers to no other. A key frame does not count
 * when something was lost since the frame before it, because it may be the damaged one.
 */
export class ShownFrames {
  private readonly waiting: ShownFrame[] = [];
  private isLost = false;
  private damagedAtMs: number | null = null;

  /** @param tellsOrigin whether frames have an `origin`: the filter must come before those that scale then */
  constructor(private readonly tellsOrigin = false) {}

  /** Number of frames that `next` can give. */
  get count(): number {
    return this.waiting.length;
  }

  /** Takes a line of standard error. Returns whether it is one of `showinfo`, which means nothing to others. */
  take(line: string): boolean {
    const [, time, width, height, key] = FRAME.exec(line) ?? [];
    if (time !== undefined) {
      const timeMs = time === "NOPTS" ? null : Number(time);
      this.frame(timeMs, key === "1", { width: Number(width), height: Number(height) });
    } else if (DAMAGE.test(line)) this.isLost = true;
    return line.includes("Parsed_showinfo");
  }

  /** The oldest frame that has not been given yet. */
  next(): ShownFrame | undefined {
    return this.waiting.shift();
  }

  private frame(timeMs: number | null, isKey: boolean, size: PictureSize): void {
    const atMs = timeMs ?? 0;
    if (this.isLost) this.damagedAtMs ??= atMs;
    else if (isKey) this.damagedAtMs = null;
    this.isLost = false;
    // The machine's clock may be set back, too.
    const isWhole = this.damagedAtMs === null || Math.abs(atMs - this.damagedAtMs) > MOST_DAMAGED_MS;
    const readAtMs = atMs < FIRST_DATE_MS ? null : atMs;
    this.waiting.push({ readAtMs, isWhole, ...(this.tellsOrigin && { origin: { timeMs, size } }) });
  }
}
