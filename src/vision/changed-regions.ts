/** A rectangle of grid cells; `bottom` and `right` lie outside of it. */
export interface Region {
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
}

/** Cells in a region. */
export function cellsIn({ top, left, bottom, right }: Region): number {
  return (bottom - top) * (right - left);
}

/** A region with so many cells more on every side, as far as the grid goes. */
export function withHalo({ top, left, bottom, right }: Region, halo: number, grid: number): Region {
  return {
    top: Math.max(0, top - halo),
    left: Math.max(0, left - halo),
    bottom: Math.min(grid, bottom + halo),
    right: Math.min(grid, right + halo),
  };
}

/**
 * Rectangles that hold every changed cell. Those that touch are one. Two are joined where one with a halo around it has no
 * more cells than the two have with a halo each.
 *
 * @param changed by cell, `[grid, grid]`
 */
export function changedRegions(changed: readonly boolean[], grid: number, halo: number): Region[] {
  const regions = touching(changed, grid);
  const cost = (region: Region) => cellsIn(withHalo(region, halo, grid));
  for (;;) {
    let best: { readonly i: number; readonly j: number; readonly whole: Region } | null = null;
    let saved = -1;
    for (let j = 1; j < regions.length; j++)
      for (let i = 0; i < j; i++) {
        const whole = around(regions[i]!, regions[j]!);
        const saving = cost(regions[i]!) + cost(regions[j]!) - cost(whole);
        if (saving > saved) {
          best = { i, j, whole };
          saved = saving;
        }
      }
    if (best === null) return regions;
    regions.splice(best.j, 1);
    regions[best.i] = best.whole;
  }
}

/** The rectangle around two. */
function around(a: Region, b: Region): Region {
  return {
    top: Math.min(a.top, b.top),
    left: Math.min(a.left, b.left),
    bottom: Math.max(a.bottom, b.bottom),
    right: Math.max(a.right, b.right),
  };
}

/** The rectangle around each group of changed cells that touch, also by a corner. */
function touching(changed: readonly boolean[], grid: number): Region[] {
  const left = new Set(changed.flatMap((is, cell) => (is ? [cell] : [])));
  const regions: Region[] = [];
  for (const first of left) {
    const group = [first];
    left.delete(first);
    let region: Region | null = null;
    for (const cell of group) {
      const [y, x] = [Math.floor(cell / grid), cell % grid];
      const own = { top: y, left: x, bottom: y + 1, right: x + 1 };
      region = region === null ? own : around(region, own);
      const near = withHalo(own, 1, grid);
      for (let row = near.top; row < near.bottom; row++)
        for (let column = near.left; column < near.right; column++)
          if (left.delete(row * grid + column)) group.push(row * grid + column);
    }
    regions.push(region!);
  }
  return regions;
}
