import { expect } from "vitest";

/** How far the media times of frames may lie apart from the moments at which their camera showed them (ms). */
const MOST_SPREAD_MS = 600;

/**
 * Media time goes as fast as the camera's time, and does not jump: three quarters of the frames lie within 600 ms of each
 * other. The others may be late, since a machine that is shared stands still now and then, above all while ffmpeg starts.
 *
 * @param shownAtMs when the camera showed each frame, on any clock (ms)
 * @param frames the same frames, in any order
 */
export function expectTrueTime(
  shownAtMs: readonly number[],
  frames: readonly { mediaTimeMs: number }[],
): void {
  const offsets = frames.map(({ mediaTimeMs }, i) => shownAtMs[i]! - mediaTimeMs).sort((a, b) => a - b);
  const most = Math.ceil(offsets.length * 0.75);
  const spreads = offsets.slice(most - 1).map((offset, i) => offset - offsets[i]!);
  expect(Math.min(...spreads), `offsets of the frames (ms): ${offsets.map(Math.round)}`).toBeLessThan(
    MOST_SPREAD_MS,
  );
}
