import { setTimeout as sleep } from "node:timers/promises";
import type { RawFrame } from "./ffmpeg-process.ts";

/** After so long without a frame (ms), the next ones may have waited somewhere. So may those at the beginning. */
const GAP_MS = 1000;
/** Frames that are read within this time of each other (ms) came out of a buffer, not out of a camera. */
export const BURST_MS = 10;
/** How long it is waited whether a burst goes on (ms). */
const SETTLE_MS = 50;
/** After a stall, frames of this time (ms) are left out: a decoder first gives out what it had held back. */
const STALE_MS = 1000;
/** Of frames that are far apart, so many times from one to the next say what is usual. */
const REMEMBERED_GAPS = 8;
/** So many times as long as usual is a stall. */
const LATE = 1.5;

export interface SettledOptions {
  /** Whether the source's frames are far apart, as key frames are. Default: false. */
  readonly sparse?: boolean;
}

/**
 * Leaves out the old pictures of a live source. While a connection stalls, and while ffmpeg finds out what a source is,
 * frames pile up and then come all at once; they would be stamped with a time at which they were not seen. Of such a
 * burst only the last frame is given on. After a stall, nothing is given on for a second. Damaged pictures are left out,
 * too. Where frames are far apart, a stall is what is much longer than the times between the frames before it.
 *
 * @param read the source's next frame; null at its end
 */
export async function* settledFrames(
  read: () => Promise<RawFrame | null>,
  { sparse = false }: SettledOptions = {},
): AsyncGenerator<RawFrame> {
  let lastMs: number | null = null;
  let gapsMs: number[] = [];
  let staleUntilMs = Number.NEGATIVE_INFINITY;
  let next = read();
  // Its failure is told where it is awaited.
  next.catch(() => {});
  for (;;) {
    let frame = await next;
    if (frame === null) return;
    next = read();
    next.catch(() => {});
    const gapMs: number | null = lastMs === null ? null : readAt(frame) - lastMs;
    if (gapMs === null || gapMs > GAP_MS) {
      for (;;) {
        const following: RawFrame | null | "settled" = await Promise.race([
          next,
          sleep(SETTLE_MS, "settled" as const),
        ]);
        if (following === null || following === "settled") break;
        if (readAt(following) - readAt(frame) > BURST_MS) break;
        frame = following;
        next = read();
        next.catch(() => {});
      }
      if (gapMs !== null && gapMs > (sparse ? longest(gapsMs) : GAP_MS))
        staleUntilMs = readAt(frame) + STALE_MS;
    }
    if (gapMs !== null) gapsMs = [...gapsMs, gapMs].slice(-REMEMBERED_GAPS);
    lastMs = readAt(frame);
    if (lastMs >= staleUntilMs && frame.isWhole) yield frame;
  }
}

/** The longest time between key frames that is no stall (ms). Before any is known, none is. */
function longest(gapsMs: readonly number[]): number {
  return gapsMs.length === 0 ? Number.POSITIVE_INFINITY : GAP_MS + LATE * Math.max(...gapsMs);
}

function readAt({ readAtMs }: RawFrame): number {
  return readAtMs ?? performance.now();
}
