import { describe, expect, it } from "vitest";
import { TowerStream } from "../../src/vision/tower-stream.ts";

const size = { width: 16, height: 16 };
const same = new Uint8Array(16 * 16 * 3).fill(90);

/** Which of some units of one picture are still, by their media times (s). A unit lasts a second. */
const stillAt = (seconds: readonly number[], windowUnits: number, stillLevels: number | null = 6) => {
  const stream = new TowerStream({ stillLevels, windowUnits, unitMs: 1000 });
  return seconds.map((second) => stream.isStill({ frames: same, mediaTimeMs: 1000 * second }, size));
};
const run = (from: number, count: number) => Array.from({ length: count }, (_, i) => from + i);

describe("units of a published checkpoint that show nothing new", () => {
  it("are left out, and one in nine is shown again", () => {
    const still = stillAt(run(0, 20), 30);
    expect(still.slice(0, 2)).toEqual([false, false]);
    expect(still.flatMap((each, i) => (each ? [] : [i]))).toEqual([0, 1, 10, 19]);
  });

  it("never fill a window: in a short one, one is shown again before the last that was shown leaves it", () => {
    for (const window of [1, 2, 4]) {
      const still = stillAt(run(0, 40), window);
      for (let newest = 0; newest < still.length; newest++)
        expect(still.slice(Math.max(0, newest - window + 1), newest + 1)).toContain(false);
    }
  });

  it("are shown again after a pause in which all that was shown has left the window", () => {
    expect(stillAt([0, 1, 2, 3, 4, 60, 61, 62], 10)).toEqual([
      ...[false, false, true, true, true],
      ...[false, false, true],
    ]);
    // A pause after which it is still in the window changes nothing.
    expect(stillAt([0, 1, 2, 8, 9], 10)).toEqual([false, false, true, true, true]);
  });

  it("are all shown where a stream wants that", () => {
    expect(stillAt(run(0, 5), 10, null)).toEqual(run(0, 5).map(() => false));
  });
});
