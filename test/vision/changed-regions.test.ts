import { describe, expect, it } from "vitest";
import { cellsIn, changedRegions, type Region, withHalo } from "../../src/vision/changed-regions.ts";

/** A grid in which `#` is a changed cell. */
function changed(...rows: readonly string[]): [boolean[], number] {
  return [[...rows.join("")].map((cell) => cell === "#"), rows.length];
}

const region = (top: number, left: number, bottom: number, right: number): Region => ({
  ...{ top, left, bottom, right },
});

describe("regions around changed cells", () => {
  it("are none where nothing has changed", () => {
    expect(changedRegions(...changed("...", "...", "..."), 1)).toEqual([]);
  });

  it("hold cells that touch, also by a corner, in one rectangle", () => {
    const grid = changed("#.....", ".#....", "..#...", "......", "......", "......");
    expect(changedRegions(...grid, 0)).toEqual([region(0, 0, 3, 3)]);
  });

  it("stay apart where one around both would be larger, and are joined where their halos overlap much", () => {
    const far = changed(
      "#.......",
      "........",
      "........",
      "........",
      ...Array(3).fill("........"),
      ".......#",
    );
    expect(changedRegions(...far, 1)).toHaveLength(2);
    const near = changed("........", "..#.#...", ...Array(6).fill("........"));
    expect(changedRegions(...near, 0)).toHaveLength(2);
    expect(changedRegions(...near, 2)).toEqual([region(1, 2, 2, 5)]);
  });

  it("cover every changed cell, at no greater cost than a rectangle for each group", () => {
    let state = 7;
    const random = () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state / 2 ** 32;
    };
    for (let round = 0; round < 200; round++) {
      const cells = Array.from({ length: 144 }, () => random() < 0.06);
      const cost = (regions: readonly Region[]) =>
        regions.reduce((sum, each) => sum + cellsIn(withHalo(each, 2, 12)), 0);
      const found = changedRegions(cells, 12, 2);
      const holds = ({ top, left, bottom, right }: Region, cell: number) => {
        const [y, x] = [Math.floor(cell / 12), cell % 12];
        return y >= top && y < bottom && x >= left && x < right;
      };
      cells.forEach((is, cell) => {
        if (is) expect(found.some((each) => holds(each, cell))).toBe(true);
      });
      const one = cells.flatMap((is, cell) =>
        is ? [region(Math.floor(cell / 12), cell % 12, Math.floor(cell / 12) + 1, (cell % 12) + 1)] : [],
      );
      expect(cost(found)).toBeLessThanOrEqual(cost(one));
    }
  });
});
