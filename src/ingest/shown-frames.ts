/** What ffmpeg says of a frame that has come out of its filters. */
export interface ShownFrame {
  /** When ffmpeg read it from the network, on the machine's clock (ms); null when it does not know. */
  readonly readAtMs: number | null;
  /** Whether all that it is decoded from has come in. */
  readonly isWhole: boolean;
}

/** What the filter `showinfo` says of each frame. Its `pts_time` is rounded to six digits: too few for a date. */
const FRAME = /Parsed_showinfo_\d+ @ .* pts:\s*(-?\d+) .*iskey:(\d)/;
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

  /** Number of frames that `next` can give. */
  get count(): number {
    return this.waiting.length;
  }

  /** Takes a line of standard error. Returns whether it is one of `showinfo`, which means nothing to others. */
  take(line: string): boolean {
    const [, time, key] = FRAME.exec(line) ?? [];
    if (time !== undefined) this.frame(Number(time), key === "1");
    else if (DAMAGE.test(line)) this.isLost = true;
    return line.includes("Parsed_showinfo");
  }

  /** The oldest frame that has not been given yet. */
  next(): ShownFrame | undefined {
    return this.waiting.shift();
  }

  private frame(readAtMs: number, isKey: boolean): void {
    if (this.isLost) this.damagedAtMs ??= readAtMs;
    else if (isKey) this.damagedAtMs = null;
    this.isLost = false;
    // The machine's clock may be set back, too.
    const isWhole = this.damagedAtMs === null || Math.abs(readAtMs - this.damagedAtMs) > MOST_DAMAGED_MS;
    this.waiting.push({ readAtMs: readAtMs < FIRST_DATE_MS ? null : readAtMs, isWhole });
  }
}
