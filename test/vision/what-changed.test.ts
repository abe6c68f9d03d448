import { describe, expect, it } from "vitest";
import { MOST_UNITS, regionsToEncode } from "../../src/vision/what-changed.ts";

const CELLS = 16;
const SIDE = 2 * CELLS;
const options = { grid: { cells: CELLS, squares: 2 }, levels: 6, halo: 2 };
const LEVEL = 2 / 255;

/** Means of the nine channels by squares, with noise of so many levels (uniform, of either sign). */
function squares(noise = 0, seed = 1): Float32Array {
  let state = seed;
  return Float32Array.from({ length: 9 * SIDE ** 2 }, (_, i) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (i < 3 * SIDE ** 2 ? LEVEL : 2 * LEVEL) * noise * (state / 2 ** 31 - 1);
  });
}

/** Brightens one square by so many levels. */
function brightened(values: Float32Array, y: number, x: number, levels: number): Float32Array {
  const changed = values.slice();
  changed[y * SIDE + x]! += levels * LEVEL;
  return changed;
}

describe("what is encoded of a frame", () => {
  it("is all of it at first, and again after some units", () => {
    expect(regionsToEncode(null, squares(), options)).toBeNull();
    expect(regionsToEncode({ squares: squares(), units: MOST_UNITS - 1 }, squares(), options)).toEqual([]);
    expect(regionsToEncode({ squares: squares(), units: MOST_UNITS }, squares(), options)).toBeNull();
  });

  it("is the cell of a square that changed by more than the bound", () => {
    const before = { squares: squares(), units: 0 };
    expect(regionsToEncode(before, brightened(squares(), 9, 20, 5.9), options)).toEqual([]);
    const cell = { top: 4, left: 10, bottom: 5, right: 11 };
    expect(regionsToEncode(before, brightened(squares(), 9, 20, 6.1), options)).toEqual([cell]);
  });

  it("is nothing where there is only noise, and what stands out of it", () => {
    const before = { squares: squares(2, 1), units: 0 };
    const now = squares(2, 2);
    expect(regionsToEncode(before, now, options)).toEqual([]);
    expect(regionsToEncode(before, brightened(now, 9, 20, 30), options)).toHaveLength(1);
  });

  it("is all of it where most of it changed", () => {
    const now = squares().map((value, i) => (i < SIDE ** 2 && i % SIDE < 20 ? value + 1 : value));
    expect(regionsToEncode({ squares: squares(), units: 0 }, now, options)).toBeNull();
  });
});
