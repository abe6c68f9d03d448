import { describe, expect, it } from "vitest";
import { StillDetector } from "../../src/vision/still-detector.ts";

const [WIDTH, HEIGHT] = [32, 24];
const make = (mostUnits = 100) => new StillDetector({ width: WIDTH, height: HEIGHT, levels: 6, mostUnits });

/** Uniform noise of ±`amplitude` that a seed gives. */
function noisy(seed: number, amplitude: number): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length: WIDTH * HEIGHT * 3 }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.round(128 + (state / 2 ** 31 - 1) * amplitude);
  });
}

/** A frame with a square of 6 px somewhere, of a colour that many levels away from the rest. */
function withSquare(frame: Uint8Array, left: number, levels: number): Uint8Array {
  const changed = frame.slice();
  for (let y = 8; y < 14; y++) for (let x = left; x < left + 6; x++) changed[3 * (y * WIDTH + x)]! += levels;
  return changed;
}

const unit = (...frames: Uint8Array[]) => Uint8Array.from(frames.flatMap((frame) => [...frame]));
const plain = noisy(0, 0);

describe("a unit in which nothing changed", () => {
  it("is known by the frame before, once that was itself nothing new", () => {
    const still = make();
    const judged = Array.from({ length: 5 }, () => still.judge(unit(plain, plain)));
    // The first is new; the second shows that nothing moves, and its tokens are the first to say so.
    expect(judged).toEqual([false, false, true, true, true]);
  });

  it("is known through a camera's noise", () => {
    const still = make();
    const judged = Array.from({ length: 40 }, (_, i) =>
      still.judge(unit(noisy(2 * i, 12), noisy(2 * i + 1, 12))),
    );
    expect(judged.slice(2)).not.toContain(false);
  });

  it("is encoded all the same now and then, for the sake of the background", () => {
    const still = make(3);
    const judged = Array.from({ length: 10 }, () => still.judge(unit(plain, plain)));
    expect(judged).toEqual([false, false, true, true, true, false, true, true, true, false]);
  });
});

describe("a unit in which something changed", () => {
  it.each([
    ["in its first frame only", unit(withSquare(plain, 4, 40), plain)],
    ["in its last frame only", unit(plain, withSquare(plain, 4, 40))],
    ["in a noisy picture", unit(noisy(1, 6), withSquare(noisy(2, 6), 10, 60))],
    [
      "everywhere at once, as when a light goes on",
      unit(
        plain.map((x) => x + 25),
        plain.map((x) => x + 25),
      ),
    ],
  ])("is not still: %s", (_, changed) => {
    const still = make();
    for (let i = 0; i < 3; i++) still.judge(unit(plain, plain));
    expect(still.judge(changed)).toBe(false);
  });

  it("is followed by one that is encoded too, for what moved may stand now", () => {
    const still = make();
    for (let i = 0; i < 3; i++) still.judge(unit(plain, plain));
    const stands = withSquare(plain, 4, 40);
    expect(
      [unit(plain, stands), unit(stands, stands), unit(stands, stands)].map((u) => still.judge(u)),
    ).toEqual([false, false, true]);
  });

  it("is found however slowly it changes", () => {
    const still = make();
    const judged = Array.from({ length: 40 }, (_, i) => {
      const frame = withSquare(plain, 12, i);
      return still.judge(unit(frame, frame));
    });
    expect(judged.slice(2).filter((quiet) => !quiet).length).toBeGreaterThan(3);
    expect(judged.slice(2).filter((quiet) => quiet).length).toBeGreaterThan(10);
  });
});
